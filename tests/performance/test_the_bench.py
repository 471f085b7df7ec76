"""The bench itself runs: what it measures is for `make bench` to say."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_small_bench_measures_pushing_next_to_its_bound(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    command = [sys.executable, "-m", "bench", "--quick", "--rows", "1000", "--json", str(figures), "push"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert figures.exists(), done.stderr[-2000:]
    told = {figure["name"]: figure for figure in json.loads(figures.read_text(encoding="utf-8"))}
    per_thousand = told["requests per 1,000 new records"]["value"]
    assert 1 <= per_thousand <= 20  # what a run asks once weighs on so few records
