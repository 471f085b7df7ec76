"""What a run counts and tells adds up, however often it looks at a record."""

import pytest
from tests.integration.crm import BY, Crm

from tallystick.integration import operations
from tallystick.integration.models import Run, RunKind, RunStatus

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_run_tells_once_of_a_record_it_tries_several_times(crm: Crm) -> None:
    """A full run looks at a new row that fails, and again after the others have moved.

    Seen to fail when nothing is taken back: the record is told of twice, and still when it was created in the end; and
    when the engine tells of a row that failed as before without saying which it is."""
    account = crm.account("Atlas", address1_country="Lemuria")
    crm.account("Boreas")
    run = operations.request_sync(crm.company, "CUSTOMER", by=BY)
    Run.objects.filter(pk=run.pk).update(kind=RunKind.FULL, status=RunStatus.IN_PROCESS)
    for country, told in (("LE", 1), ("", 0)):
        crm.work_on(run)
        run.refresh_from_db()
        errors = operations.run_errors(crm.company, run.pk)
        assert sum(error.sales_id == account for error in errors) == told
        assert (run.failed, run.from_failed, run.to_failed) == (len(errors), len(errors), 0)
        if country:
            crm.make("country", code=country, name="Lemuria")
