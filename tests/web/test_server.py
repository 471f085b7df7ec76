"""The server of `tally serve`: a real process that answers and stops when told."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

START = "from tallystick.web.server import serve\nif __name__ == '__main__':\n    serve('127.0.0.1', {port})\n"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answer(url: str) -> bytes:
    for _ in range(150):
        try:
            with urlopen(url, timeout=5) as reply:
                return bytes(reply.read())
        except URLError:
            time.sleep(0.1)
    raise AssertionError(f"{url} did not answer")


def test_the_server_answers_and_stops_on_a_signal(tmp_path: Path) -> None:
    port = free_port()
    script = tmp_path / "serve.py"
    script.write_text(START.format(port=port))
    environment = {**os.environ, "TALLY_HOME": str(tmp_path / "home")}
    process = subprocess.Popen([sys.executable, str(script)], env=environment, stdout=subprocess.DEVNULL)
    try:
        assert answer(f"http://127.0.0.1:{port}/healthz") == b'{"ok": true}'
        assert b"Tabler" in answer(f"http://127.0.0.1:{port}/static/vendor/tabler/tabler.min.css")[:200]
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.wait()
