"""The command line: what it says when it cannot start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.sandbox_process import CLIENT_ID, running_sandbox, sandbox_command


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"client_id": "abc"}, "the client id must be a GUID, not 'abc'"),
        ({"client_secret": ""}, "it needs the client secret"),
        ({"port": "99999"}, "the port must be a number from 0 to 65535"),
        ({"limits": "requests=none"}, "the limit requests needs a number, not 'none'"),
        ({"limits": "speed=5"}, "'speed=5' is no limit"),
        ({"limits": "window=0"}, "the limit window must be greater than zero"),
        ({"fault": "flood"}, "'flood' is not a kind of fault"),
        ({"fault": "drop,sometimes"}, "'sometimes' is not understood"),
        ({"base_currency": "XXX"}, "invalid choice: 'XXX'"),
        ({"application": "nothing"}, "write another application as CLIENT_ID:SECRET"),
        ({"host": "203.0.113.7"}, "it cannot listen on 203.0.113.7"),
        ({"data": "/proc/nothing"}, "the directory /proc/nothing cannot be used"),
    ],
)
def test_a_bad_option_gets_a_sentence_and_status_2(tmp_path: Path, changes: dict[str, str], sentence: str) -> None:
    options = {"client_id": CLIENT_ID, "client_secret": "s", **changes}
    data = options.pop("data", str(tmp_path))
    command = sandbox_command(data, **options)
    result = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert result.returncode == 2
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_help_explains_faults_and_limits() -> None:
    command = [sys.executable, "-m", "tallystick.sandbox", "--help"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert result.returncode == 0
    for word in ("lost-reply", "expired-token", "requests=6000", "X-Sandbox-Secret", "app-link.txt"):
        assert word in result.stdout


def test_options_of_the_first_start_shape_the_environment(tmp_path: Path) -> None:
    environ = {"TALLY_SANDBOX_CLIENT_SECRET": "from the environment"}
    command_options = {
        "base_currency": "USD",
        "organization_name": "Fabrikam",
        "fault": ["drop,path=Nowhere", "503,path=No"],
    }
    with (
        running_sandbox(tmp_path, client_secret="from the environment", environ=environ, **command_options) as sandbox,
        sandbox.client() as api,
    ):
        row = api.get("organizations?$expand=basecurrencyid($select=isocurrencycode)").json()["value"][0]
        assert (row["name"], row["basecurrencyid"]["isocurrencycode"]) == ("Fabrikam", "USD")
        assert [fault["kind"] for fault in sandbox.faults()] == ["drop", "503"]
        assert (tmp_path / "app-link.txt").read_text().strip() == sandbox.app_link
        assert (tmp_path / "app-link.txt").stat().st_mode & 0o077 == 0
