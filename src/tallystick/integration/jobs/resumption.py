"""Taking up what a worker that is gone has left behind.

The job store recovers the workflows of its own executor when it launches. What is left for us: workflows of other
executors whose worker is gone (on PostgreSQL nobody else takes them over), workflows of an earlier version of their
steps, and runs whose workflow the job store knows nothing of, because its file was lost. All three are safe to do again:
where a run continues is what its cursors say.
"""

import logging

from dbos import DBOS
from django.db.models import Q

from tallystick.integration.jobs import runs
from tallystick.integration.jobs.presence import Slot, dead_executors
from tallystick.integration.jobs.runtime import APPLICATION_VERSION, UNDER_WAY
from tallystick.integration.models import FullSync, Run, RunStatus

logger = logging.getLogger("tallystick.jobs")


def resume_abandoned(slot: Slot) -> None:
    """Take up all work whose worker is gone."""
    _drop_workflows_of_other_versions()
    workers = Run.objects.filter(status=RunStatus.IN_PROCESS).exclude(worker="").values_list("worker", flat=True)
    pending = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
    executors = {workflow.executor_id for workflow in pending if workflow.executor_id} | set(workers)
    with dead_executors(iter(executors), slot) as dead:
        abandoned = [workflow.workflow_id for workflow in pending if workflow.executor_id in dead]
        if abandoned:
            logger.warning("taking over from %s: %s", ", ".join(dead), ", ".join(abandoned))
            DBOS.resume_workflows(abandoned)
        _queue_runs_without_workflow([*dead, slot.executor])


def _drop_workflows_of_other_versions() -> None:
    """Cancel workflows that were recorded by other steps than ours; their runs are then without workflow."""
    for workflow in DBOS.list_workflows(status=sorted(UNDER_WAY), load_input=False, load_output=False):
        if workflow.app_version not in (APPLICATION_VERSION, None):
            logger.warning("starting %s afresh: it was begun by version %s", workflow.workflow_id, workflow.app_version)
            DBOS.cancel_workflow(workflow.workflow_id)


def _queue_runs_without_workflow(workers: list[str]) -> None:
    """Queue the runs that these workers had begun and that no workflow is going to finish."""
    for run in Run.objects.filter(status=RunStatus.IN_PROCESS, worker__in=workers).select_related("mapping"):
        if not _under_way(runs.run_workflow_id(run)):
            # It may have ended between our two looks.
            runs.queue_again(run)
    for full_sync in FullSync.objects.filter(Q(status=RunStatus.IN_PROCESS), worker__in=workers):
        workflow_id = runs.full_sync_workflow_id(full_sync)
        if not _under_way(workflow_id):
            if DBOS.get_workflow_status(workflow_id) is not None:
                DBOS.delete_workflow(workflow_id)
            FullSync.objects.filter(pk=full_sync.pk, status=RunStatus.IN_PROCESS).update(status=RunStatus.QUEUED)
            logger.warning("queued again full synchronization %s: its worker is gone", full_sync.pk)


def _under_way(workflow_id: str) -> bool:
    status = DBOS.get_workflow_status(workflow_id)
    return status is not None and status.status in UNDER_WAY
