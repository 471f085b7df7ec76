"""What pages and commands do to records, against a sandbox process over HTTP, as against the real service."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from tests.integration.crm import BY, Crm

from tallystick.engine import (
    FINANCE,
    SALES,
    DeletionPolicy,
    Reach,
    RecordGone,
    RecordRefused,
    SetupError,
    SideName,
)
from tallystick.financials.models import BusinessRelation, Customer
from tallystick.integration import operations
from tallystick.integration.models import CouplingRow, HistoryRow, Run, RunStatus
from tallystick.integration.operations.issues import Issue
from tallystick.integration.stores import MappingBusy, settings_of, take

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def name() -> str:
    """A name that no other test uses."""
    return f"Alba {uuid4().hex[:8]}"


@pytest.fixture
def pair(crm: Crm, name: str) -> tuple[str, str]:
    """A coupled customer and account that agree."""
    customer, account = crm.customer(name, phone_no="1"), crm.account(name, telephone1="1")
    operations.couple(crm.company, "CUSTOMER", customer, account, first=FINANCE, by=BY)
    return customer, account


def newest_run(crm: Crm) -> Run:
    return operations.runs(crm.company).runs[0]


# Coupling


def test_coupling_takes_the_values_of_the_first_and_fills_blanks_from_either(crm: Crm, name: str) -> None:
    customer = crm.customer(name, phone_no="111", city="Köln")
    account = crm.account(f"{name} Ltd", telephone1="222", emailaddress1="info@alba.example")
    view = operations.couple(crm.company, "CUSTOMER", customer, account, first=FINANCE, by=BY)
    assert (view.state, view.sales_id) == ("in sync", account)
    assert account in view.sales_url
    row = crm.get(account)
    assert (row["name"], row["telephone1"], row["address1_city"]) == (name, "111", "Köln")
    assert crm.read(customer).email == "info@alba.example"
    run = newest_run(crm)
    assert (run.status, run.coupled, run.to_modified, run.from_modified) == (RunStatus.SUCCESS, 1, 1, 1)


def test_coupling_with_the_other_side_first_takes_its_values(crm: Crm, name: str) -> None:
    customer, account = crm.customer(name, phone_no="111"), crm.account(name, telephone1="222")
    operations.couple(crm.company, "CUSTOMER", customer, account, first=SALES, by=BY)
    assert crm.read(customer).phone_no == "222"
    assert crm.get(account)["telephone1"] == "222"


def test_coupling_alone_writes_nothing_and_only_later_edits_travel(crm: Crm, name: str) -> None:
    customer, account = crm.customer(name, phone_no="111", city="Bonn"), crm.account(name, telephone1="222")
    before = (crm.rows_written(), crm.read(customer).modified_at)
    operations.couple(crm.company, "CUSTOMER", customer, account, first=None, by=BY)
    assert (crm.rows_written(), crm.read(customer).modified_at) == before
    crm.edit(customer, email="new@alba.example")
    crm.synchronise("CUSTOMER")
    row = crm.get(account)
    assert (row["emailaddress1"], row["telephone1"], row["address1_city"]) == ("new@alba.example", "222", None)


def test_a_record_has_one_counterpart(crm: Crm, pair: tuple[str, str], name: str) -> None:
    customer, account = pair
    other_customer, other_account = crm.customer(f"{name} 2"), crm.account(f"{name} 2")
    with pytest.raises(RecordRefused, match="coupled with another record already"):
        operations.couple(crm.company, "CUSTOMER", customer, other_account, first=FINANCE, by=BY)
    with pytest.raises(RecordRefused, match="Delete that coupling first"):
        operations.couple(crm.company, "CUSTOMER", other_customer, account, first=FINANCE, by=BY)
    assert newest_run(crm).status == RunStatus.ERROR
    assert operations.couple(crm.company, "CUSTOMER", customer, account, first=FINANCE, by=BY).sales_id == account


def test_what_does_not_exist_cannot_be_coupled(crm: Crm, name: str) -> None:
    customer, account = crm.customer(name), crm.account(name)
    with pytest.raises(RecordGone, match="no Account"):
        operations.couple(crm.company, "CUSTOMER", customer, str(uuid4()), first=FINANCE, by=BY)
    with pytest.raises(RecordGone, match="no Customer"):
        operations.couple(crm.company, "CUSTOMER", str(uuid4()), account, first=FINANCE, by=BY)
    assert not CouplingRow.objects.filter(mapping__name="CUSTOMER").exists()


def test_two_records_are_compared_field_by_field(crm: Crm, name: str) -> None:
    customer = crm.customer(name, phone_no="1", credit_limit="5.00")
    account = crm.account(name, telephone1="2", creditlimit=5)
    compared = {row.field: row for row in operations.compare(crm.company, "CUSTOMER", customer, account)}
    assert (compared["phone_no"].finance, compared["phone_no"].sales, compared["phone_no"].equal) == ("1", "2", False)
    assert compared["name"].equal
    assert compared["credit_limit"].equal
    assert (compared["currency_code"].finance, compared["currency_code"].sales) == ("EUR", "EUR")
    assert compared["currency_code"].label == "Currency Code"


def test_rows_to_couple_with_are_found_by_name(crm: Crm, name: str) -> None:
    account = crm.account(name, address1_city="Łódź")
    (found,) = operations.search_sales(crm.company, "CUSTOMER", name[5:])
    assert (found.id, found.label) == (account, name)


def test_marks_of_a_list_cost_one_query_for_all(crm: Crm, pair: tuple[str, str]) -> None:
    counts = []
    for ids in ([pair[0]], [pair[0], *(str(uuid4()) for _ in range(50))]):
        with CaptureQueriesContext(database) as queries:
            marks = operations.coupling_marks(crm.company, "CUSTOMER", ids)
        counts.append(len(queries))
        assert {id_: mark.state for id_, mark in marks.items()} == {pair[0]: "in sync"}
    assert counts[0] == counts[1]


# Creating and matching


def read_both(crm: Crm) -> None:
    crm.synchronise("CUSTOMER")


def test_a_counterpart_is_created_once(crm: Crm, name: str) -> None:
    read_both(crm)
    customer = crm.customer(name, phone_no="7")
    for expected in ((1, 1), (0, 0)):
        run = operations.create_in_sales(crm.company, "CUSTOMER", [customer], BY)
        assert (run.status, run.to_inserted, run.coupled) == (RunStatus.SUCCESS, *expected)
    (row,) = crm.accounts_named(name)
    assert (row["customertypecode"], row["telephone1"], row["accountid"]) == (3, "7", crm.sales_of(customer))


def test_creating_couples_the_one_match_instead(crm: Crm, name: str) -> None:
    read_both(crm)
    customer, account = crm.customer(name), crm.account(name.upper())
    run = operations.create_in_sales(crm.company, "CUSTOMER", [customer], BY)
    assert (run.to_inserted, run.coupled) == (0, 1)
    assert crm.sales_of(customer) == account


def test_several_matches_create_nothing_and_ask(crm: Crm, name: str) -> None:
    read_both(crm)
    customer = crm.customer(name)
    for _ in range(2):
        crm.account(name)
    run = operations.create_in_sales(crm.company, "CUSTOMER", [customer], BY)
    assert (run.to_inserted, run.coupled, run.conflicts) == (0, 0, 1)
    assert len(crm.accounts_named(name)) == 2
    (issue,) = operations.issues(crm.company, "CUSTOMER", search=name).issues
    assert (issue.finance_id, issue.can) == (customer, ("couple",))
    assert "Several records match" in issue.why


def test_a_blocked_customer_is_not_created(crm: Crm, name: str) -> None:
    read_both(crm)
    customer = crm.customer(name, blocked="All")
    run = operations.create_in_sales(crm.company, "CUSTOMER", [customer], BY)
    assert (run.to_inserted, run.coupled, run.waiting) == (0, 0, 0)
    assert not crm.accounts_named(name)


def test_an_account_becomes_a_customer_with_a_number(crm: Crm, name: str) -> None:
    read_both(crm)
    account = crm.account(name, telephone1="5")
    run = operations.create_in_finance(crm.company, "CUSTOMER", [account], BY)
    assert (run.from_inserted, run.coupled) == (1, 1)
    row = CouplingRow.objects.get(sales_id=account)
    customer = crm.read(row.finance_id)
    assert (customer.name, customer.phone_no) == (name, "5")
    assert customer.no
    assert BusinessRelation.objects.filter(customer=customer).exists()


def test_nothing_is_created_against_the_direction(crm: Crm) -> None:
    with pytest.raises(SetupError, match="SALESPEOPLE does not go to Dynamics CRM"):
        operations.create_in_sales(crm.company, "SALESPEOPLE", [str(uuid4())], BY)
    with pytest.raises(SetupError, match="CURRENCY does not go to Financials"):
        operations.create_in_finance(crm.company, "CURRENCY", [str(uuid4())], BY)


def test_a_selection_is_matched_at_once_and_the_rest_left_alone(crm: Crm, name: str) -> None:
    read_both(crm)
    chosen, other = crm.customer(name), crm.customer(f"{name} 2")
    for text in (name, f"{name} 2"):
        crm.account(text, telephone1="9")
    run = operations.match_and_couple(
        crm.company, "CUSTOMER", [chosen], create_unmatched=False, synchronize=True, by=BY
    )
    assert (run.status, run.coupled) == (RunStatus.SUCCESS, 1)
    assert crm.read(chosen).phone_no == "9"
    assert list(operations.coupling_marks(crm.company, "CUSTOMER", [chosen, other])) == [chosen]


def test_matching_alone_writes_nothing(crm: Crm, name: str) -> None:
    read_both(crm)
    customer = crm.customer(name, city="Bonn")
    account = crm.account(name, telephone1="9")
    before = crm.rows_written()
    operations.match_and_couple(crm.company, "CUSTOMER", [customer], create_unmatched=False, synchronize=False, by=BY)
    assert crm.sales_of(customer) == account
    assert crm.rows_written() == before
    assert crm.read(customer).phone_no == ""
    assert operations.coupling_marks(crm.company, "CUSTOMER", [customer])[customer].state == "in sync"


def test_matching_everything_is_for_a_worker(crm: Crm, name: str) -> None:
    customer, account = crm.customer(name), crm.account(name)
    alone = crm.customer(f"{name} alone")
    run = operations.match_and_couple(crm.company, "CUSTOMER", None, create_unmatched=False, synchronize=True, by=BY)
    assert run.status == RunStatus.QUEUED
    crm.work_on(run)
    assert crm.sales_of(customer) == account
    assert not crm.accounts_named(f"{name} alone")
    assert alone not in operations.coupling_marks(crm.company, "CUSTOMER", [alone])


def test_before_everything_was_read_chosen_records_are_for_a_worker(crm: Crm, name: str) -> None:
    """Otherwise an account that nobody had read yet would get a double. Leave `prepare_selection` out to see it."""
    new, known, blocked = (crm.customer(f"{name} {n}") for n in range(3))
    account = crm.account(f"{name} 1")
    crm.edit(blocked, blocked="All")
    run = operations.create_in_sales(crm.company, "CUSTOMER", [new, known, blocked], BY)
    assert run.status == RunStatus.QUEUED
    crm.work_on(run)
    assert crm.sales_of(known) == account
    assert set(operations.coupling_marks(crm.company, "CUSTOMER", [new, known, blocked])) == {new, known}
    run.refresh_from_db()
    assert (run.to_inserted, run.coupled) == (1, 2)


# Synchronizing


def test_an_edit_on_either_side_arrives_on_the_other(crm: Crm, pair: tuple[str, str]) -> None:
    customer, account = pair
    crm.edit(customer, city="Łódź")
    crm.patch(account, fax="77")
    run = operations.request_sync(crm.company, "CUSTOMER", finance_ids=[customer], by=BY)
    assert (run.status, run.to_modified, run.from_modified) == (RunStatus.SUCCESS, 1, 1)
    assert (crm.get(account)["address1_city"], crm.read(customer).fax_no) == ("Łódź", "77")


@pytest.mark.parametrize(("winner", "phone", "fax"), [(FINANCE, "1", None), (SALES, "2", "9")])
def test_a_winner_overrides_the_other_side_with_its_blanks_too_whoever_edited_last(
    crm: Crm, pair: tuple[str, str], winner: SideName, phone: str, fax: str | None
) -> None:
    customer, account = pair
    crm.patch(account, telephone1="2", fax="9")
    operations.request_sync(crm.company, "CUSTOMER", finance_ids=[customer], winner=winner, by=BY)
    assert (crm.get(account)["telephone1"], crm.read(customer).phone_no) == (phone, phone)
    assert (crm.get(account)["fax"], crm.read(customer).fax_no) == (fax, fax or "")
    before = crm.rows_written()
    crm.synchronise("CUSTOMER")
    assert crm.rows_written() == before


def test_a_whole_mapping_is_for_a_worker_and_asked_for_once(crm: Crm) -> None:
    first = operations.request_sync(crm.company, "CUSTOMER", by=BY)
    assert first.status == RunStatus.QUEUED
    assert operations.request_sync(crm.company, "CUSTOMER", by=BY).pk == first.pk
    with pytest.raises(SetupError, match="Choose the records"):
        operations.request_sync(crm.company, "CUSTOMER", winner=FINANCE, by=BY)


def test_a_person_who_has_to_wait_is_told_for_whom(
    crm: Crm, pair: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tallystick.integration.operations.desk.PATIENCE", timedelta())
    take(settings_of(crm.connection, "CUSTOMER"), "run/99", "Full synchronization of CUSTOMER (run 99)")
    with pytest.raises(MappingBusy, match="run 99"):
        operations.request_sync(crm.company, "CUSTOMER", finance_ids=[pair[0]], by=BY)
    assert newest_run(crm).status == RunStatus.ERROR


# Uncoupling


def test_uncoupled_records_stay_apart_until_a_person_asks(crm: Crm, pair: tuple[str, str], name: str) -> None:
    customer, account = pair
    before = crm.rows_written()
    assert operations.uncouple(crm.company, "CUSTOMER", [customer, str(uuid4())], BY) == 1
    assert operations.coupling_of(crm.company, "CUSTOMER", customer) is None
    crm.edit(customer, city="Ulm")
    crm.synchronise("CUSTOMER", Reach.FULL)
    assert customer not in operations.coupling_marks(crm.company, "CUSTOMER", [customer])
    assert [row["accountid"] for row in crm.accounts_named(name)] == [account]
    assert crm.rows_written() == before
    namesake = crm.customer(name)  # it must not be coupled with an account that was let go by hand
    crm.synchronise("CUSTOMER", Reach.MATCH)
    assert namesake not in operations.coupling_marks(crm.company, "CUSTOMER", [namesake])
    assert operations.issues(crm.company).total == 0
    crm.edit(namesake, name=f"{name} 2")
    run = operations.match_and_couple(
        crm.company, "CUSTOMER", [customer], create_unmatched=True, synchronize=True, by=BY
    )
    assert (run.coupled, run.to_inserted) == (1, 0)
    assert crm.get(account)["address1_city"] == "Ulm"


def test_all_couplings_of_a_mapping_are_deleted_at_once(crm: Crm, pair: tuple[str, str]) -> None:
    assert operations.uncouple(crm.company, "CUSTOMER", None, BY) == 1
    assert not CouplingRow.objects.filter(mapping__name="CUSTOMER").exists()
    assert HistoryRow.objects.filter(kind="uncoupled").get().by == BY.name


# Issues


def conflict(crm: Crm, pair: tuple[str, str]) -> Issue:
    customer, account = pair
    crm.edit(customer, phone_no="33", city="Ulm")
    crm.patch(account, telephone1="44")
    operations.request_sync(crm.company, "CUSTOMER", finance_ids=[customer], by=BY)
    (issue,) = operations.issues(crm.company, "CUSTOMER", "conflict").issues
    return issue


def test_a_conflict_names_both_values_and_the_other_fields_go_on(crm: Crm, pair: tuple[str, str]) -> None:
    issue = conflict(crm, pair)
    (field,) = issue.conflicts
    assert (field.field, field.label, field.sales_field) == ("phone_no", "Phone No.", "telephone1")
    assert (field.finance, field.sales, field.base_finance, field.base_sales) == ("33", "44", "1", "1")
    assert issue.can == ("settle",)
    assert crm.get(pair[1])["address1_city"] == "Ulm"


@pytest.mark.parametrize(("winner", "value", "lost"), [(FINANCE, "33", "44"), (SALES, "44", "33")])
def test_settling_a_conflict_writes_the_winner_and_keeps_the_loser_in_history(
    crm: Crm, pair: tuple[str, str], winner: SideName, value: str, lost: str
) -> None:
    issue = conflict(crm, pair)
    assert operations.settle(crm.company, issue.id, winner, by=BY) is None
    assert (crm.read(pair[0]).phone_no, crm.get(pair[1])["telephone1"]) == (value, value)
    (decided,) = operations.history(crm.company, "CUSTOMER", kind="decided").items
    assert [(field.before, field.after) for field in decided.fields] in (
        [(lost, "")],
        [(lost, ""), ("", value)],
        [(lost, value)],
    )
    assert (decided.by, decided.finance_id) == (BY.name, pair[0])
    assert operations.issues(crm.company).total == 0


def test_a_settled_conflict_cannot_be_settled_again(crm: Crm, pair: tuple[str, str]) -> None:
    issue = conflict(crm, pair)
    with pytest.raises(SetupError, match="no conflict in city"):
        operations.settle(crm.company, issue.id, FINANCE, ["city"], by=BY)
    operations.settle(crm.company, issue.id, FINANCE, by=BY)
    with pytest.raises(SetupError, match="no conflict"):
        operations.settle(crm.company, issue.id, SALES, by=BY)
    assert crm.get(pair[1])["telephone1"] == "33"


@pytest.mark.parametrize("issue_id", ["", "x1", "c", "c-1", "c9999999", "l1", "c1; DROP TABLE"])
def test_an_issue_that_is_none_is_told(crm: Crm, issue_id: str) -> None:
    with pytest.raises(SetupError, match=r"no issue|no coupling"):
        operations.settle(crm.company, issue_id, FINANCE, by=BY)


def deletion(crm: Crm, pair: tuple[str, str]) -> Issue:
    crm.delete(pair[1])
    operations.request_sync(crm.company, "CUSTOMER", finance_ids=[pair[0]], by=BY)
    (issue,) = operations.issues(crm.company, "CUSTOMER", "conflict").issues
    assert (issue.deleted_on, issue.can) == ("sales", ("settle deletion",))
    return issue


def test_a_deletion_is_settled_by_restoring(crm: Crm, pair: tuple[str, str], name: str) -> None:
    issue = deletion(crm, pair)
    assert operations.settle_deletion(crm.company, issue.id, DeletionPolicy.RESTORE, by=BY) is None
    (row,) = crm.accounts_named(name)
    assert row["accountid"] == crm.sales_of(pair[0]) != pair[1]


def test_a_deletion_is_settled_by_deleting_the_coupling(crm: Crm, pair: tuple[str, str], name: str) -> None:
    issue = deletion(crm, pair)
    assert operations.settle_deletion(crm.company, issue.id, DeletionPolicy.UNCOUPLE, by=BY) is None
    crm.synchronise("CUSTOMER", Reach.FULL)
    assert not crm.accounts_named(name)
    assert crm.read(pair[0]).name == name


def test_a_deletion_is_settled_by_deleting_the_counterpart(crm: Crm, pair: tuple[str, str]) -> None:
    issue = deletion(crm, pair)
    assert operations.settle_deletion(crm.company, issue.id, DeletionPolicy.DELETE, by=BY) is None
    with pytest.raises(Customer.DoesNotExist):
        crm.read(pair[0])


def test_a_failure_is_told_and_tried_again(crm: Crm, pair: tuple[str, str]) -> None:
    customer, account = pair
    crm.patch(account, address1_country="Atlantis")
    run = operations.request_sync(crm.company, "CUSTOMER", finance_ids=[customer], by=BY)
    assert (run.failed, run.from_failed) == (1, 1)
    (error,) = operations.run_errors(crm.company, run.pk)
    assert "Atlantis" in error.message
    assert "Countries/Regions" in error.hint
    (issue,) = operations.issues(crm.company, state="failed").issues
    assert issue.can == ("retry",)
    assert operations.retry(crm.company, [issue.id], by=BY) == 1
    assert operations.issues(crm.company, state="failed").total == 1
    crm.make("country", code="AT2", name="Atlantis")
    assert operations.retry(crm.company, None, by=BY) == 1
    assert operations.issues(crm.company).total == 0
    assert crm.read(customer).country.code == "AT2"


# History and undo


def test_an_edit_is_taken_back_on_both_sides(crm: Crm, pair: tuple[str, str]) -> None:
    customer, account = pair
    crm.edit(customer, phone_no="33")
    operations.request_sync(crm.company, "CUSTOMER", finance_ids=[customer], by=BY)
    item = next(i for i in operations.history(crm.company, "CUSTOMER", kind="updated").items if i.side == "sales")
    assert [(field.name, field.before, field.after) for field in item.fields] == [("telephone1", "1", "33")]
    (undone,) = operations.undo(crm.company, [item.id], by=BY)
    assert undone.done, undone.why
    assert (crm.read(customer).phone_no, crm.get(account)["telephone1"]) == ("1", "1")
    (again,) = operations.undo(crm.company, [item.id], by=BY)
    assert (again.done, again.why) == (False, "It was taken back already.")
    shown = next(i for i in operations.history(crm.company, "CUSTOMER").items if i.id == item.id)
    assert (shown.undone, shown.can_undo) == (True, False)


def test_what_was_edited_since_is_not_taken_back(crm: Crm, pair: tuple[str, str]) -> None:
    customer, account = pair
    crm.edit(customer, phone_no="33")
    operations.request_sync(crm.company, "CUSTOMER", finance_ids=[customer], by=BY)
    crm.patch(account, telephone1="55")
    item = next(i for i in operations.history(crm.company, "CUSTOMER", kind="updated").items if i.side == "sales")
    (undone,) = operations.undo(crm.company, [item.id], by=BY)
    assert not undone.done
    assert "telephone1 changed since" in undone.why
    assert crm.get(account)["telephone1"] == "55"


def test_only_edits_are_taken_back_and_unknown_entries_are_told(crm: Crm, pair: tuple[str, str]) -> None:
    coupled = operations.history(crm.company, "CUSTOMER", kind="coupled").items[0]
    told = {undone.id: undone for undone in operations.undo(crm.company, [coupled.id, 10**9], by=BY)}
    assert not any(undone.done for undone in told.values())
    assert "Only edits" in told[coupled.id].why
    assert "no such entry" in told[10**9].why


# How it stands


def test_every_row_is_in_exactly_one_state(crm: Crm, pair: tuple[str, str], name: str) -> None:
    crm.customer(f"{name} blocked", blocked="All")
    crm.customer(f"{name} loose")
    crm.account(f"{name} prospect", telephone1="1")
    conflict(crm, pair)
    other, gone = crm.customer(f"{name} gone"), crm.account(f"{name} gone")
    operations.couple(crm.company, "CUSTOMER", other, gone, first=FINANCE, by=BY)
    crm.delete(gone)
    crm.synchronise("CUSTOMER")
    counts = next(row for row in operations.status(crm.company).mappings if row.mapping == "CUSTOMER")
    states = counts.in_sync + counts.excluded + counts.waiting + counts.conflicts + counts.failed
    assert counts.finance_rows + counts.sales_rows - counts.coupled == states
    assert counts.finance_rows == 4
    assert (counts.coupled, counts.conflicts) == (1, 2)
    with crm.sandbox.client() as client:
        assert counts.sales_rows == int(client.get("accounts/$count").text.lstrip("\ufeff"))


def test_status_and_overview_cost_the_same_queries_however_many_rows(crm: Crm, name: str) -> None:
    counts = []
    for number in (1, 12):
        for n in range(number):
            crm.customer(f"{name} {number} {n}")
        crm.synchronise("CUSTOMER", Reach.COUPLED)
        with CaptureQueriesContext(database) as queries:
            operations.status(crm.company)
            operations.mapping_overview(crm.company)
            operations.issues(crm.company)
            operations.history(crm.company)
            operations.runs(crm.company)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_overview_says_what_a_mapping_does(crm: Crm, pair: tuple[str, str]) -> None:
    overview = {row.name: row for row in operations.mapping_overview(crm.company)}
    customers = overview["CUSTOMER"]
    assert (customers.finance_label, customers.sales_label, customers.direction) == ("Customer", "Account", "both")
    assert "CURRENCY" in customers.depends_on
    assert "The customer is blocked." in customers.filters
    assert customers.counts.coupled == 1
    assert customers.last_run is not None
    owner = next(field for field in customers.fields if field.sales == "ownerid")
    assert "through SALESPEOPLE" in owner.flags
    assert [field.finance for field in customers.fields if not field.enabled] == ["no", "mobile_phone_no"]


def test_the_local_currency_finds_its_transaction_currency(crm: Crm) -> None:
    counts = next(row for row in operations.status(crm.company).mappings if row.mapping == "CURRENCY")
    assert (counts.finance_rows, counts.coupled, counts.in_sync) == (1, 1, 1)


def test_contacts_follow_their_customer(crm: Crm, pair: tuple[str, str], name: str) -> None:
    customer, account = pair
    employer = BusinessRelation.objects.get(customer=customer).contact
    person = crm.make("contact", type="Person", first_name="Zoë", surname=name, company_no=UUID(str(employer.pk)))
    crm.synchronise("CONTACT", Reach.FULL)
    row = crm.get(crm.sales_of(person, "CONTACT"), "contacts")
    assert (row["lastname"], row["_parentcustomerid_value"]) == (name, account)
    crm.edit(customer, primary_contact_no=UUID(person))
    crm.synchronise("CUSTOMER")
    assert crm.get(account)["_primarycontactid_value"] == row["contactid"]


# Preview


def test_a_preview_tells_every_write_with_its_reason_and_writes_nothing(
    crm: Crm, pair: tuple[str, str], name: str
) -> None:
    customer, account = pair
    crm.synchronise("CUSTOMER")
    crm.edit(customer, city="Łódź")
    new, blocked = crm.customer(f"{name} new"), crm.customer(f"{name} blocked", blocked="All")
    before = (crm.rows_written(), operations.status(crm.company).mappings, HistoryRow.objects.count())
    shown = operations.preview(crm.company, "CUSTOMER", Reach.COUPLED)
    (write,) = shown.writes
    assert (write.kind, write.side, write.sales_id, write.why) == (
        "update",
        "sales",
        account,
        "city from Financials",
    )
    assert [(f.name, f.before, f.after) for f in write.fields] == [("address1_city", "", "Łódź")]
    full = operations.preview(crm.company, "CUSTOMER", Reach.FULL)
    created = [write for write in full.writes if write.kind == "create" and write.side == "sales"]
    assert [write.finance_id for write in created] == [new]
    assert ("transactioncurrencyid", "", "EUR") in [(f.name, f.before, f.after) for f in created[0].fields]
    assert ("excluded", "The customer is blocked.", 1) in [(row.outcome, row.why, row.count) for row in full.left]
    assert (crm.rows_written(), operations.status(crm.company).mappings, HistoryRow.objects.count()) == before
    assert blocked not in {write.finance_id for write in full.writes}


def test_a_preview_says_where_the_run_would_stop_and_ask(crm: Crm, name: str) -> None:
    customers = [crm.customer(f"{name} {n}") for n in range(15)]
    read_both(crm)
    operations.create_in_sales(crm.company, "CUSTOMER", customers, BY)
    operations.change_mapping(crm.company, "CUSTOMER", deletions="delete the counterpart")
    assert operations.preview(crm.company, "CUSTOMER").brake == ""
    for customer in customers[:12]:
        crm.delete(crm.sales_of(customer))
    shown = operations.preview(crm.company, "CUSTOMER")
    assert [write.kind for write in shown.writes] == ["delete"] * 12
    assert "12 of 15" in shown.brake
    assert all(crm.read(customer) for customer in customers)


@pytest.mark.parametrize(("first", "phone"), [(SALES, "222"), (FINANCE, "111"), (None, "111")])
def test_matching_takes_the_values_of_the_side_that_goes_first(
    crm: Crm, name: str, first: SideName | None, phone: str
) -> None:
    crm.synchronise("CUSTOMER")
    customer, account = crm.customer(name, phone_no="111"), crm.account(name, telephone1="222")
    run = operations.match_and_couple(
        crm.company, "CUSTOMER", [customer], create_unmatched=False, synchronize=True, first=first, by=BY
    )
    assert (run.status, run.coupled) == (RunStatus.SUCCESS, 1)
    assert (crm.read(customer).phone_no, crm.get(account)["telephone1"]) == (phone, phone)


def test_a_worker_that_matches_everything_takes_the_values_of_the_side_that_goes_first(crm: Crm, name: str) -> None:
    customer, account = crm.customer(name, phone_no="111"), crm.account(name, telephone1="222")
    run = operations.match_and_couple(
        crm.company, "CUSTOMER", None, create_unmatched=False, synchronize=True, first=SALES, by=BY
    )
    assert run.status == RunStatus.QUEUED
    crm.work_on(run)
    assert (crm.read(customer).phone_no, crm.get(account)["telephone1"]) == ("222", "222")


def counted(run: Run) -> dict[str, int]:
    """What a run counted, but for what is nought."""
    run.refresh_from_db()
    names = ("done", "coupled", "unchanged", "excluded", "waiting", "conflicts", "failed")
    return {name: count for name in names if (count := getattr(run, name))}


def run_of(crm: Crm, mapping: str) -> Run:
    """A scheduled run of a mapping, done as a worker does it."""
    run = operations.request_sync(crm.company, mapping, by=BY)
    crm.work_on(run)
    Run.objects.filter(pk=run.pk).update(status=RunStatus.SUCCESS)
    return run


def test_a_record_is_counted_once_in_a_run_however_often_it_is_looked_at(crm: Crm, pair: tuple[str, str]) -> None:
    customer, account = pair
    crm.synchronise("CUSTOMER")
    crm.edit(customer, phone_no="here")
    crm.patch(account, telephone1="there")
    assert counted(run_of(crm, "CUSTOMER"))["conflicts"] == 1
    crm.edit(customer, phone_no="here again")
    crm.patch(account, telephone1="there again")
    assert counted(run_of(crm, "CUSTOMER"))["conflicts"] == 1
    crm.edit(customer, city="Bonn")
    crm.patch(account, emailaddress1="a@b.example")
    assert counted(run_of(crm, "CUSTOMER"))["conflicts"] == 1


def test_a_preview_tells_the_reason_of_a_conflict_that_no_run_has_met(crm: Crm, pair: tuple[str, str]) -> None:
    customer, account = pair
    crm.synchronise("CUSTOMER")
    crm.edit(customer, phone_no="here")
    crm.patch(account, telephone1="there")

    def told() -> list[tuple[str, str, int]]:
        shown = operations.preview(crm.company, "CUSTOMER", Reach.FULL)
        return [(left.outcome, left.why, left.count) for left in shown.left if left.outcome != "excluded"]

    assert told() == [("conflict", "Both sides changed phone_no.", 1)]


def test_a_preview_tells_the_reason_of_what_stays_as_it_was(crm: Crm, name: str) -> None:
    read_both(crm)
    customer = crm.customer(name)
    for _ in range(2):
        crm.account(name)
    operations.create_in_sales(crm.company, "CUSTOMER", [customer], BY)
    shown = operations.preview(crm.company, "CUSTOMER", Reach.FULL)
    conflicts = [left.why for left in shown.left if left.outcome == "conflict"]
    assert "as before" not in conflicts
    assert f"Several records match ({name}, {name}). Couple the right one; nothing was created." in conflicts
