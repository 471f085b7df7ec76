"""The change feed tells every change once it is final, whoever made it, and nothing that was no change.

To see these tests fail: leave the WHEN out of the update triggers (no-op changes count), or the condition of
`database.settled_transactions` (a late commit is passed by)."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from tallystick.financials import change_feed, change_triggers, database, services
from tallystick.financials.change_feed import Cursor, newest_cursor, read_changes, read_page, read_records, versions
from tallystick.financials.identifiers import new_id
from tallystick.financials.models import BusinessRelation, Company, Contact, Currency, Customer, ExchangeRate
from tallystick.financials.services import companies
from tallystick.financials.tables import TABLES

pytestmark = pytest.mark.django_db(transaction=True)


def make_customer(company: Company, no: str = "C1", **values: Any) -> Customer:
    return Customer.objects.create(company=company, no=no, name=f"Customer {no}", **values)


def sql(statement: str, *parameters: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def db_id(record: Customer | Company | UUID) -> Any:
    return database.id_parameter(record if isinstance(record, UUID) else record.pk)


def copy_with_sql(customer: Customer) -> None:
    sql(
        "INSERT INTO financials_customer (id, company_id, no, name) VALUES (%s, %s, %s, %s)",
        db_id(new_id()),
        db_id(customer.company),
        "BY HAND",
        "Typed into a console",
    )


def roll_back(customer: Customer) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Customer.objects.filter(pk=customer.pk).update(name="Never")
        raise ZeroDivisionError


def add_two(customer: Customer) -> None:
    Customer.objects.bulk_create(Customer(company=customer.company, no=f"N{n}", name="New") for n in range(2))


def touch(customer: Customer) -> None:
    Customer.objects.filter(pk=customer.pk).update(modified_at=datetime(2020, 1, 1, tzinfo=UTC))


def save_as_it_is(customer: Customer) -> None:
    Customer.objects.get(pk=customer.pk).save()


def upsert(customer: Customer) -> None:
    Customer.objects.bulk_create(
        [Customer(company=customer.company, pk=customer.pk, no="C1", name="Upserted")],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["name"],
    )


CHANGES: dict[str, tuple[Callable[[Customer], object], int]] = {
    # what happens to a customer → how many customers the feed tells of
    "update()": (lambda c: Customer.objects.filter(pk=c.pk).update(name="New name"), 1),
    "update() of all": (lambda c: Customer.objects.update(city="Bonn"), 1),
    "save()": (lambda c: (setattr(c, "name", "Saved"), c.save()), 1),
    "bulk_create": (add_two, 2),
    "bulk_create that updates": (upsert, 1),
    "SQL update": (lambda c: sql("UPDATE financials_customer SET name = 'SQL' WHERE id = %s", db_id(c)), 1),
    "SQL insert": (copy_with_sql, 1),
    "SQL delete": (lambda c: sql("DELETE FROM financials_customer WHERE id = %s", db_id(c)), 1),
    "delete()": (lambda c: c.delete(), 1),
    "two updates": (lambda c: [Customer.objects.filter(pk=c.pk).update(name=name) for name in "ab"], 1),
    "a blank becomes zero": (lambda c: Customer.objects.filter(pk=c.pk).update(credit_limit=Decimal("0.01")), 1),
    "update to the same": (lambda c: Customer.objects.filter(pk=c.pk).update(name=c.name), 0),
    "save() of what is stored": (save_as_it_is, 0),
    "modified_at alone": (touch, 0),
    "rolled back": (roll_back, 0),
    "another table": (lambda c: Contact.objects.create(company=c.company, no="K1"), 0),
    "another company": (lambda c: make_customer(companies.create_company("Other"), "C9"), 0),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_feed_tells_what_changed_and_nothing_else(company: Company, change: str) -> None:
    make, expected = CHANGES[change]
    customer = make_customer(company)
    before = newest_cursor(company, "customer")
    make(customer)
    assert len(read_changes(company, "customer", before, 10).rows) == expected


def test_a_full_read_yields_every_record_page_by_page(company: Company) -> None:
    ids = [make_customer(company, f"C{n}").pk for n in range(7)]
    seen: list[UUID] = []
    after, more, pages = None, True, 0
    while more:
        page = read_changes(company, "customer", after, 3)
        seen += [row.id for row in page.rows]
        after, more, pages = page.cursor, page.more, pages + 1
    assert (seen, pages) == (ids, 3)
    assert read_changes(company, "customer", after, 3).rows == []


def test_a_record_that_changes_while_it_is_read_comes_again_later(company: Company) -> None:
    first, second = make_customer(company, "C1"), make_customer(company, "C2")
    page = read_changes(company, "customer", None, 1)
    Customer.objects.filter(pk=first.pk).update(name="Changed meanwhile")
    rest = read_changes(company, "customer", page.cursor, 10)
    assert [row.id for row in rest.rows] == [second.pk, first.pk]


def test_a_deleted_record_is_told_as_deleted_and_keeps_its_id(company: Company) -> None:
    customer = make_customer(company)
    cursor = newest_cursor(company, "customer")
    Customer.objects.filter(pk=customer.pk).delete()
    page = read_page(company, "customer", ["no", "credit_limit"], cursor, 10)
    assert [(row.id, row.deleted, row.values) for row in page.rows] == [(customer.pk, True, (None, None))]
    assert versions(company, "customer", [customer.pk]) == {}
    Customer(pk=customer.pk, company=company, no="C1", name="Back").save(force_insert=True)
    assert [row.deleted for row in read_changes(company, "customer", page.cursor, 10).rows] == [False]


def test_the_version_of_a_record_grows_with_every_change(company: Company) -> None:
    customer = make_customer(company)
    seen = [versions(company, "customer", [customer.pk])[customer.pk]]
    for name in ("a", "b", "b", "c"):
        Customer.objects.filter(pk=customer.pk).update(name=name)
        seen.append(versions(company, "customer", [customer.pk])[customer.pk])
    assert seen[0] < seen[1] < seen[2] == seen[3] < seen[4]


def test_a_page_brings_the_data_in_the_types_of_the_fields(company: Company) -> None:
    salesperson = services.create(company, "salesperson", {"name": "Ann"}).id
    values = {"no": "c-ä", "name": "Ä", "salesperson_code": salesperson, "credit_limit": Decimal("9999999999999.99")}
    id = services.create(company, "customer", values).id
    fields = ["no", "name", "salesperson_code", "currency_code", "credit_limit", "blocked", "created_at"]
    row = read_page(company, "customer", fields, None, 10).rows[0]
    assert row.values[:-1] == ("C-Ä", "Ä", salesperson, None, Decimal("9999999999999.99"), "")
    assert row.values[-1].tzinfo is UTC or row.values[-1].utcoffset().total_seconds() == 0
    assert read_records(company, "customer", fields, [id, uuid4()]) == [row]


def test_dates_rates_and_flags_come_in_their_types(company: Company) -> None:
    dollar = services.create(company, "currency", {"code": "USD"}).id
    rate = {"currency_code": dollar, "starting_date": date(2025, 3, 1)}
    amounts = {"exchange_rate_amount": Decimal(100), "relational_exch_rate_amount": Decimal("92.123456")}
    services.create(company, "exchange-rate", rate | amounts)
    page = read_page(company, "exchange-rate", [*rate, *amounts], None, 10)
    assert page.rows[0].values == (dollar, date(2025, 3, 1), Decimal("100.000000"), Decimal("92.123456"))
    services.create(company, "salesperson", {"name": "Ann", "blocked": True})
    assert read_page(company, "salesperson", ["blocked"], None, 10).rows[0].values[0] is True


def test_a_page_is_one_query(company: Company, django_assert_num_queries: Any) -> None:
    Customer.objects.bulk_create(Customer(company=company, no=f"C{n}", name="X") for n in range(50))
    for read in (
        lambda: read_page(company, "customer", ["no", "name", "salesperson_code"], None, 40),
        lambda: read_changes(company, "customer", None, 40),
    ):
        with django_assert_num_queries(1):
            assert len(read().rows) == 40


def test_reading_on_is_a_look_into_an_index_and_no_scan(company: Company) -> None:
    Customer.objects.bulk_create(Customer(company=company, no=f"C{n}", name="X") for n in range(300))
    if database.on_postgresql():
        sql("ANALYZE financials_change")
    with connection.cursor() as cursor:
        explain = "EXPLAIN" if database.on_postgresql() else "EXPLAIN QUERY PLAN"
        cursor.execute(
            f"""{explain} SELECT c.xid, c.seq FROM financials_change c
            WHERE {change_feed._AFTER} AND {database.settled_transactions()} ORDER BY c.xid, c.seq LIMIT 10""",
            [db_id(company), "customer", 2**40, 0],
        )
        plan = str(cursor.fetchall())
    assert "financials_change_order" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


def test_an_exchange_rate_changes_its_currency(company: Company) -> None:
    dollar = Currency.objects.create(company=company, code="USD")
    rate = ExchangeRate(currency=dollar, company=company, starting_date=date(2025, 1, 1))
    rate.exchange_rate_amount, rate.relational_exch_rate_amount = Decimal(1), Decimal(2)
    changes: tuple[Callable[[], object], ...] = (
        rate.save,
        lambda: ExchangeRate.objects.update(relational_exch_rate_amount=3),
        lambda: ExchangeRate.objects.all().delete(),
    )
    for change in changes:
        before = newest_cursor(company, "currency")
        change()
        assert [row.id for row in read_changes(company, "currency", before, 10).rows] == [dollar.pk]


def test_deleting_a_currency_with_its_rates_tells_of_its_deletion_last(company: Company) -> None:
    dollar = services.create(company, "currency", {"code": "USD"}).id
    rate = {"exchange_rate_amount": Decimal(1), "relational_exch_rate_amount": Decimal(1)}
    services.create(company, "exchange-rate", {"currency_code": dollar, "starting_date": date(2025, 1, 1), **rate})
    services.delete(company, "currency", dollar)
    found = {row.id: row.deleted for row in read_changes(company, "currency", None, 10).rows}
    assert found[dollar] is True


def test_a_business_relation_changes_the_company_contact_and_its_persons(company: Company) -> None:
    employer = Contact.objects.create(company=company, no="K1", type="Company")
    people = [Contact.objects.create(company=company, no=f"P{n}", company_contact=employer).pk for n in range(3)]
    Contact.objects.create(company=company, no="K2", type="Company")
    customer = make_customer(company)
    before = newest_cursor(company, "contact")
    relation = BusinessRelation.objects.create(company=company, contact=employer, customer=customer)
    page = read_changes(company, "contact", before, 10)
    assert {row.id for row in page.rows} == {employer.pk, *people}
    assert len({row.version for row in page.rows}) == 4, "each has a place of its own in the order"
    relation.delete()
    assert {row.id for row in read_changes(company, "contact", page.cursor, 10).rows} == {employer.pk, *people}


@pytest.mark.parametrize("column", ["id", "company_id"])
def test_a_record_never_becomes_another(company: Company, column: str) -> None:
    customer = make_customer(company)
    other = companies.create_company("Other")
    with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
        sql(f"UPDATE financials_customer SET {column} = %s WHERE id = %s", db_id(other), db_id(customer))


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_every_table_that_is_followed_has_its_triggers(company: Company, table: Any) -> None:
    catalogue = (
        "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass"
        if database.on_postgresql()
        else "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(catalogue, [table.db_table])
        names = {name for (name,) in cursor.fetchall()}
    changed = {f"{table.db_table}_changed_{event}" for event in ("insert", "update", "delete")}
    assert changed <= names if table.followed else not changed & names
    assert (f"{table.db_table}_stays" in names) == table.posted


def test_the_triggers_can_be_installed_again_over_a_filled_database(company: Company) -> None:
    from django.apps import apps

    customer = make_customer(company)
    with connection.schema_editor() as editor:
        change_triggers.install(apps, editor)  # type: ignore[arg-type]  # the real registry, at the newest state
    before = newest_cursor(company, "customer")
    Customer.objects.filter(pk=customer.pk).update(name="After")
    assert len(read_changes(company, "customer", before, 10).rows) == 1


def test_a_cursor_survives_being_kept_as_text() -> None:
    assert Cursor.parse(str(Cursor(2**40, 17))) == Cursor(2**40, 17)
    with pytest.raises(ValueError, match="invalid literal"):
        Cursor.parse("yesterday")


def test_ids_made_later_sort_later() -> None:
    ids = [new_id() for _ in range(2_000)]
    assert len(set(ids)) == 2_000
    assert all(id.version == 7 and id.variant == "specified in RFC 4122" for id in ids)
    by_millisecond = [id.int >> 80 for id in ids]
    assert by_millisecond == sorted(by_millisecond)


# On PostgreSQL, transactions overlap.


def second_session() -> "psycopg.Connection[Any]":
    settings = connection.settings_dict
    return psycopg.connect(host=settings["HOST"], user=settings["USER"], dbname=settings["NAME"])


@pytest.mark.postgres
def test_a_late_commit_is_never_passed_by(company: Company) -> None:
    slow, fast = make_customer(company, "SLOW"), make_customer(company, "FAST")
    cursor = newest_cursor(company, "customer")
    update = "UPDATE financials_customer SET name = 'changed' WHERE id = %s"
    with second_session() as early, second_session() as late:
        early.execute(update, [slow.pk])  # begins first …
        late.execute(update, [fast.pk])
        late.commit()  # … and is still open when this one is final
        waiting = read_changes(company, "customer", cursor, 10)
        assert waiting.rows == [], "what is final must wait for what may still come before it"
        assert waiting.cursor == cursor
        early.commit()
    told = read_changes(company, "customer", cursor, 10)
    assert [row.id for row in told.rows] == [slow.pk, fast.pk]
    assert read_changes(company, "customer", told.cursor, 10).rows == []


@pytest.mark.postgres
def test_a_transaction_that_began_early_and_writes_late_is_not_passed_by(company: Company) -> None:
    slow, fast = make_customer(company, "SLOW"), make_customer(company, "FAST")
    cursor = newest_cursor(company, "customer")
    with second_session() as early:
        early.execute("SELECT pg_current_xact_id()")  # has its place in the order already
        Customer.objects.filter(pk=fast.pk).update(name="changed")
        assert read_changes(company, "customer", cursor, 10).rows == []
        early.execute("UPDATE financials_customer SET name = 'changed' WHERE id = %s", [slow.pk])
        early.commit()
    assert {row.id for row in read_changes(company, "customer", cursor, 10).rows} == {slow.pk, fast.pk}


@pytest.mark.postgres
def test_an_aborted_transaction_holds_nothing_back(company: Company) -> None:
    customer = make_customer(company)
    cursor = newest_cursor(company, "customer")
    with second_session() as doomed:
        doomed.execute("UPDATE financials_customer SET name = 'never' WHERE id = %s", [customer.pk])
        doomed.rollback()
        assert read_changes(company, "customer", cursor, 10).rows == []
        make_customer(company, "C2")
        assert len(read_changes(company, "customer", cursor, 10).rows) == 1


@pytest.mark.postgres
def test_truncating_a_table_deletes_its_records(company: Company) -> None:
    make_customer(company)
    cursor = newest_cursor(company, "customer")
    sql("TRUNCATE financials_customer CASCADE")
    assert [row.deleted for row in read_changes(company, "customer", cursor, 10).rows] == [True]


@pytest.mark.postgres
def test_copying_rows_in_counts(company: Company) -> None:
    cursor = newest_cursor(company, "customer")
    with second_session() as session, session.cursor() as writing:
        with writing.copy("COPY financials_customer (id, company_id, no, name) FROM STDIN") as copy:
            for number in range(5):
                copy.write_row([new_id(), company.pk, f"N{number}", "Copied"])
        session.commit()
    assert len(read_changes(company, "customer", cursor, 10).rows) == 5


@pytest.mark.postgres
def test_a_session_with_another_search_path_writes_the_feed_too(company: Company) -> None:
    customer = make_customer(company)
    cursor = newest_cursor(company, "customer")
    with second_session() as session:
        session.execute("SET search_path TO pg_catalog")
        session.execute("UPDATE public.financials_customer SET name = 'x' WHERE id = %s", [customer.pk])
        session.commit()
    assert len(read_changes(company, "customer", cursor, 10).rows) == 1
