"""Runs as commands report them: one shape for JSON and for people."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tallystick.cli.output import counted, print_table

if TYPE_CHECKING:
    from tallystick.integration.models import FullSync, Run

PAIRS = ("coupled", "uncoupled", "unchanged", "excluded", "waiting", "conflicts", "failed")
WRITES = ("inserted", "modified", "deleted", "failed")


def run_report(run: "Run") -> dict[str, Any]:
    """Return what a run did, read anew. `ok`: it ended well, or is still to do."""
    from tallystick.integration.models import RunStatus

    run.refresh_from_db()
    return {
        "run": run.pk,
        "mapping": run.mapping.name,
        "kind": run.kind,
        "status": run.status,
        "ok": run.status in (RunStatus.SUCCESS, RunStatus.QUEUED, RunStatus.IN_PROCESS) and not run.failed,
        "message": run.message,
        "hint": run.hint,
        "done": run.done,
        "writes": run.written,
        "to_sales": {name: getattr(run, f"to_{name}") for name in WRITES},
        "to_finance": {name: getattr(run, f"from_{name}") for name in WRITES},
        **{name: getattr(run, name) for name in PAIRS},
        "sentence": _about_run(run),
    }


def full_sync_report(full_sync: "FullSync") -> dict[str, Any]:
    """Return what a full synchronization did, read anew, line by line."""
    full_sync.refresh_from_db()
    lines = [run_report(line) for line in full_sync.lines.select_related("mapping").order_by("position")]
    ended = full_sync.finished_at
    return {
        "full_sync": full_sync.pk,
        "status": full_sync.status,
        "ok": all(line["ok"] for line in lines),
        "seconds": round((ended - full_sync.requested_at).total_seconds(), 3) if ended is not None else None,
        "writes": sum(line["writes"] for line in lines),
        "message": full_sync.message,
        "lines": lines,
        "sentence": _about_full_sync(full_sync, lines),
    }


def print_runs(reports: Iterable[dict[str, Any]], *, empty: str = "") -> None:
    """Print runs as a table, or the sentence `empty` where there are none."""
    print_table(
        (
            "Run",
            "Mapping",
            "Status",
            "Looked at",
            "To Dynamics CRM",
            "To Financials",
            "Coupled",
            "Waiting",
            "Conflicts",
            "Failed",
        ),
        (
            (
                report["run"],
                report["mapping"],
                report["status"],
                report["done"],
                _written(report["to_sales"]),
                _written(report["to_finance"]),
                *(report[name] for name in ("coupled", "waiting", "conflicts", "failed")),
            )
            for report in reports
        ),
        numbers=("Run", "Looked at", "Coupled", "Waiting", "Conflicts", "Failed"),
        empty=empty,
    )


def _written(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "–"


def _about_run(run: "Run") -> str:
    from tallystick.integration.models import RunStatus

    match run.status:
        case RunStatus.SUCCESS:
            counts = f"{run.done:,} looked at, {run.written:,} written, {run.failed:,} failed"
            if run.failed:
                return f"{run.mapping.name} is synchronized but for what failed: {counts}. `tally issues` says why."
            return f"{run.mapping.name} is synchronized: {counts}."
        case RunStatus.QUEUED | RunStatus.IN_PROCESS:
            return f"Run {run.pk} of {run.mapping.name} is for a worker to do; `tally status` shows what came of it."
        case _:
            return f"{run.mapping.name}: {run.get_status_display()}. {run.message} {run.hint}".strip()


def _about_full_sync(full_sync: "FullSync", lines: list[dict[str, Any]]) -> str:
    if full_sync.finished_at is None:
        asking = [line for line in lines if line["status"] == "asks"]
        if asking:
            return str(asking[0]["sentence"])
        return f"Full synchronization {full_sync.pk} is for a worker to do; `tally status` shows what came of it."
    written = sum(line["writes"] for line in lines)
    return (
        full_sync.message or f"Full synchronization {full_sync.pk} has finished: {counted(written, 'record')} written."
    )
