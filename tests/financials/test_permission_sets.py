"""Permission sets: what they allow, who gives them, and that the services ask before they write or show."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tallystick.financials import access, exchange, people, queries, services
from tallystick.financials.audit import setting_changes
from tallystick.financials.models import Company, Customer, GrantedSet, Membership, SettingChange, User
from tallystick.financials.permissions import (
    Actor,
    NotPermitted,
    Permission,
    PermissionSet,
    allowed_by,
    sets_that_allow,
)
from tallystick.financials.problems import InvalidRecord
from tallystick.financials.services import (
    adjusting,
    companies,
    create,
    item_journal,
    line_numbers,
    numbers,
    opportunities,
    postings,
    sales,
    sales_setup,
    second_factor,
    secrets,
    sessions,
    sign_in,
    users,
    web_service_keys,
    web_services,
)
from tallystick.financials.services.adjusting import Adjustment
from tallystick.financials.services.postings import PaymentEntry
from tallystick.financials.tables import TABLES

DAY = date(2026, 1, 1)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
NOBODY = Actor("eve@example.com", frozenset())
READS = (Permission.READ, Permission.READ_DOCUMENTS, Permission.READ_LEDGER, Permission.READ_AVAILABILITY)


def somebody(*permissions: Permission) -> Actor:
    return Actor("sam@example.com", frozenset(permissions))


def test_what_each_set_allows() -> None:
    """The whole table, so that a set never allows more by the way."""
    found = {one: {permission.name for permission in one.permissions} for one in PermissionSet}
    sales = {"READ", "READ_DOCUMENTS", "READ_AVAILABILITY"}
    assert found == {
        "administrator": set(Permission.__members__),
        "finance-clerk": sales | {"READ_LEDGER", "WRITE", "POST", "SYNCHRONIZE"},
        "sales-viewer": sales,
        "integration-administrator": {"READ", "SYNCHRONIZE", "INTEGRATE"},
        "item-availability-reader": {"READ_AVAILABILITY"},
    }


def test_every_set_and_permission_is_told_in_words() -> None:
    assert all(one.label and one.explanation.endswith(".") for one in PermissionSet)
    assert PermissionSet.ITEM_AVAILABILITY_READER.label == "Item-availability reader"
    refused = NotPermitted("eve@example.com", Permission.READ_LEDGER)
    assert refused.what == "eve@example.com may not look at its general ledger in this company."
    assert "Finance clerk or Administrator" in refused.hint
    assert all(sets_that_allow(permission) for permission in Permission)


def test_several_sets_allow_what_each_allows() -> None:
    both = allowed_by([PermissionSet.SALES_VIEWER, PermissionSet.INTEGRATION_ADMINISTRATOR])
    assert both == PermissionSet.SALES_VIEWER.permissions | PermissionSet.INTEGRATION_ADMINISTRATOR.permissions
    assert allowed_by([]) == frozenset()


def test_every_table_is_in_exactly_one_group() -> None:
    """Who adds a table says in `access` who may read and write it; until then only who may do most."""
    grouped = sorted(name for group in access.GROUPS for name in group.tables)
    assert grouped == sorted(TABLES)


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_the_ledger_is_for_who_may_read_it_and_posting_setup_for_who_sets_up(table: Any) -> None:
    viewer = somebody(*PermissionSet.SALES_VIEWER.permissions)
    clerk = somebody(*PermissionSet.FINANCE_CLERK.permissions)
    is_ledger = access.group_of(table) is access.GENERAL_LEDGER
    assert access.may_read(viewer, table) is not is_ledger
    assert access.may_read(clerk, table)
    assert access.may_write(clerk, table) is (not is_ledger and not table.posted)
    assert not access.may_read(somebody(Permission.READ_AVAILABILITY, Permission.POST), table)


# The services ask first


def reads(company: Company) -> Iterator[tuple[str, Callable[[Actor], object]]]:
    """Every public read of a table, by name; each is to refuse who may not read the table."""
    for name in ("g-l-account", "sales-order", "customer"):
        yield f"list {name}", lambda by, name=name: queries.list_records(company, name, by=by)
        yield f"count {name}", lambda by, name=name: queries.count_records(company, name, by=by)
        yield f"get {name}", lambda by, name=name: queries.get_record(company, name, uuid4(), by=by)
        yield f"look up {name}", lambda by, name=name: queries.look_up(company, name, "", by=by)
        yield f"iterate {name}", lambda by, name=name: queries.iterate_records(company, name, by=by)
        yield f"neighbours {name}", lambda by, name=name: queries.neighbours(company, name, uuid4(), by=by)
        yield f"export {name}", lambda by, name=name: exchange.export_records(company, name, by=by)
    yield "persons", lambda by: queries.persons_of_customer(company, uuid4(), by=by)
    yield "customer of", lambda by: queries.customer_of_contact(company, uuid4(), by=by)
    yield "members", lambda by: people.members_of(company, by=by)
    yield "setting changes", lambda by: setting_changes(company, by=by)


@pytest.mark.django_db
def test_nothing_is_shown_to_who_may_not_read(company: Company) -> None:
    """An export is refused before its first byte: a generator that asks when it is read would be too late."""
    for name, read in reads(company):
        with pytest.raises(NotPermitted):
            read(somebody(Permission.READ_AVAILABILITY))
            pytest.fail(name)


@pytest.mark.django_db
def test_a_search_shows_only_tables_one_may_read(company: Company) -> None:
    create(company, "customer", {"name": "Receivables & Sons"})
    text = "Receivables"
    viewer, clerk = (somebody(*one.permissions) for one in (PermissionSet.SALES_VIEWER, PermissionSet.FINANCE_CLERK))
    assert [table.name for table, _ in queries.search(company, text, limit=5, by=viewer)] == ["customer", "contact"]
    found = [table.name for table, _ in queries.search(company, text, limit=5, by=clerk)]
    assert found == ["customer", "contact", "g-l-account"]
    assert queries.search(company, text, limit=5, by=somebody(Permission.READ_AVAILABILITY)) == []
    assert queries.recently_changed(company, by=NOBODY) == []


FILE = b"name\nImported\n"


def writes(company: Company, user: User) -> dict[str, tuple[Permission, Callable[[Actor], object]]]:
    """Every public service that writes, and the permission it asks for."""
    one = uuid4()
    return {
        "records.create": (Permission.WRITE, lambda by: create(company, "customer", {"name": "New"}, by=by)),
        "records.update": (Permission.WRITE, lambda by: services.update(company, "customer", one, {}, by=by)),
        "records.save_many": (Permission.WRITE, lambda by: services.save_many(company, "customer", [], by=by)),
        "deletion.delete": (Permission.WRITE, lambda by: services.delete(company, "customer", one, by=by)),
        "deletion.delete_many": (Permission.WRITE, lambda by: services.delete_many(company, "customer", [], by=by)),
        "numbers.save_series": (
            Permission.SET_UP,
            lambda by: numbers.save_series(company, "CUST", starting_no="C1", by=by),
        ),
        "companies.create_company": (Permission.SET_UP, lambda by: companies.create_company("Other", by=by)),
        "companies.update_company": (Permission.SET_UP, lambda by: companies.update_company(company, city="X", by=by)),
        "users.create_user": (Permission.MANAGE_USERS, lambda by: users.create_user("new@example.com", by=by)),
        "users.give_sets": (Permission.MANAGE_USERS, lambda by: users.give_sets(user, company, [], by=by)),
        "users.grant": (Permission.MANAGE_USERS, lambda by: users.grant(user, company, by=by)),
        "users.revoke": (Permission.MANAGE_USERS, lambda by: users.revoke(user, company, by=by)),
        "users.set_active": (Permission.MANAGE_USERS, lambda by: users.set_active(user, False, by=by)),
        "users.create_sign_in_link": (Permission.MANAGE_USERS, lambda by: users.create_sign_in_link(user, by=by)),
        **{
            f"second_factor.{name}": (Permission.MANAGE_USERS, write)
            for name, write in {
                "begin": lambda by: second_factor.begin(user, by=by, now=NOW),
                "begun": lambda by: second_factor.begun(user, by=by),
                "confirm": lambda by: second_factor.confirm(user, "1", by=by, now=NOW),
                "renew_recovery_codes": lambda by: second_factor.renew_recovery_codes(user, "1", by=by, now=NOW),
                "turn_off": lambda by: second_factor.turn_off(user, "1", by=by, now=NOW),
                "reset": lambda by: second_factor.reset(user, by=by),
                "set_required": lambda by: second_factor.set_required(user, True, by=by),
            }.items()
        },
        "sessions.open_sessions": (Permission.MANAGE_USERS, lambda by: sessions.open_sessions(user, by=by)),
        "sessions.end_session": (Permission.MANAGE_USERS, lambda by: sessions.end_session(user, 1, by=by)),
        "sessions.end_every_session": (Permission.MANAGE_USERS, lambda by: sessions.end_every_session(user, by=by)),
        **{
            f"sign_in.{name}": (Permission.MANAGE_USERS, write)
            for name, write in {
                "set_rules": lambda by: sign_in.set_rules(second_factor="Nobody", passwords="Everybody", by=by),
                "set_directory": lambda by: sign_in.set_directory("", "t", "c", "s", by=by),
                "switch_directory": lambda by: sign_in.switch_directory(True, by=by),
                "allow_entra": lambda by: sign_in.allow_entra(user, by=by, now=NOW),
                "disallow_entra": lambda by: sign_in.disallow_entra(user, by=by),
            }.items()
        },
        **{
            f"secrets.{name}": (Permission.SET_UP, write)
            for name, write in {
                "seal_all_anew": lambda by: secrets.seal_all_anew(by=by),
                "rotate_kept_key": lambda by: secrets.rotate_kept_key(by=by),
            }.items()
        },
        "item_journal.post_item_journal": (
            Permission.POST,
            lambda by: item_journal.post_item_journal(company, [], posting_date=date(2026, 1, 1), by=by),
        ),
        "item_journal.reverse_item_entry": (
            Permission.POST,
            lambda by: item_journal.reverse_item_entry(company, 1, posting_date=date(2026, 1, 1), by=by),
        ),
        **{
            f"sales_setup.{name}": (Permission.SET_UP, write)
            for name, write in {
                "update_sales_setup": lambda by: sales_setup.update_sales_setup(company, {}, by=by),
                "set_vat_rate": lambda by: sales_setup.set_vat_rate(company, "A", "B", "1", by=by),
            }.items()
        },
        **{
            f"web_services.{name}": (Permission.SET_UP, write)
            for name, write in {
                "publish": lambda by: web_services.publish(company, "Items", now=NOW, by=by),
                "unpublish": lambda by: web_services.unpublish(company, "Items", by=by),
            }.items()
        },
        **{
            f"web_service_keys.{name}": (Permission.MANAGE_USERS, write)
            for name, write in {
                "change_key": lambda by: web_service_keys.change_key(user, now=NOW, by=by),
                "revoke_key": lambda by: web_service_keys.revoke_key(user, now=NOW, by=by),
            }.items()
        },
        "line_numbers.number_before": (
            Permission.WRITE,
            lambda by: line_numbers.number_before(company, "sales-order-line", one, by=by),
        ),
        **{
            f"opportunities.{name}": (Permission.WRITE, write)
            for name, write in {
                "start": lambda by: opportunities.start(company, one, by=by),
                "take_to_next_stage": lambda by: opportunities.take_to_next_stage(company, one, by=by),
                "win": lambda by: opportunities.win(company, one, by=by),
                "lose": lambda by: opportunities.lose(company, one, reason="Price", by=by),
                "reopen": lambda by: opportunities.reopen(company, one, by=by),
                "make_quote": lambda by: opportunities.make_quote(company, one, by=by),
            }.items()
        },
        **{
            f"sales.{name}": (Permission.WRITE, write)
            for name, write in {
                "release": lambda by: sales.release(company, "sales-order", one, by=by),
                "reopen": lambda by: sales.reopen(company, "sales-order", one, by=by),
                "make_order": lambda by: sales.make_order(company, one, by=by),
                "make_credit_memo": lambda by: sales.make_credit_memo(company, one, by=by),
                "copy_document": lambda by: sales.copy_document(company, "sales-order", one, "sales-order", by=by),
                "archive": lambda by: sales.archive(company, "sales-order", one, reason="", by=by),
                "restore": lambda by: sales.restore(company, one, by=by),
            }.items()
        },
        **{
            f"postings.{name}": (Permission.POST, write)
            for name, write in {
                "post_order": lambda by: postings.post_order(company, one, ship=True, invoice=True, by=by),
                "preview_order": lambda by: postings.preview_order(company, one, ship=True, invoice=True, by=by),
                "post_credit_memo": lambda by: postings.post_credit_memo(company, one, by=by),
                "preview_credit_memo": lambda by: postings.preview_credit_memo(company, one, by=by),
                "post_payment": lambda by: postings.post_payment(company, PaymentEntry(one, Decimal(1), DAY), by=by),
                "preview_payment": lambda by: postings.preview_payment(
                    company, PaymentEntry(one, Decimal(1), DAY), by=by
                ),
                "apply": lambda by: postings.apply(company, 1, [], by=by),
                "unapply": lambda by: postings.unapply(company, 1, by=by),
                "reverse": lambda by: postings.reverse(company, 1, by=by),
                "receive_purchase_order": lambda by: postings.receive_purchase_order(
                    company, one, posting_date=DAY, by=by
                ),
                "preview_purchase_order": lambda by: postings.preview_purchase_order(
                    company, one, posting_date=DAY, by=by
                ),
                "post_item_journal_lines": lambda by: postings.post_item_journal_lines(company, by=by),
                "preview_item_journal_lines": lambda by: postings.preview_item_journal_lines(company, by=by),
            }.items()
        },
        **{
            f"adjusting.{name}": (Permission.POST, write)
            for name, write in {
                "adjust_inventory": lambda by: adjusting.adjust_inventory(
                    company, Adjustment(item=one, change=Decimal(1)), posting_date=DAY, by=by
                ),
                "plan_adjustment": lambda by: adjusting.plan_adjustment(
                    company, Adjustment(item=one, change=Decimal(1)), by=by
                ),
            }.items()
        },
        "importing.run_import": (
            Permission.WRITE,
            lambda by: exchange.run_import(company, "customer", BytesIO(FILE), by=by),
        ),
        "importing.preview_import": (
            Permission.WRITE,
            lambda by: exchange.preview_import(company, "customer", BytesIO(FILE), by=by),
        ),
    }


def everything_stored() -> list[object]:
    models = (Company, Customer, User, Membership, GrantedSet, SettingChange)
    return [list(model._default_manager.order_by("pk").values()) for model in models]


@pytest.mark.django_db
def test_a_service_that_writes_asks_before_it_looks(company: Company) -> None:
    """Whoever has every permission but the one is refused, and not one query is made."""
    user = users.create_user("ann@example.com")
    before = everything_stored()
    for name, (needed, write) in writes(company, user).items():
        almost = Actor("sam@example.com", frozenset(Permission) - {needed})
        with (
            CaptureQueriesContext(
                connection,
            ) as asked,
            pytest.raises(NotPermitted) as refused,
        ):
            write(almost)
            pytest.fail(name)
        assert refused.value.permission is needed, name
        assert len(asked) == 0, name
    assert everything_stored() == before


PARTS_OF_SERVICES = {
    "attempts",
    "chart",
    "complaints",
    "documents",
    "facts",
    "following",
    "ledger",
    "planning",
    "opportunity_rules",
    "price_rules",
    "purchase_rules",
    "purchases",
    "rules",
    "storing",
}  # called by services that have asked
NOT_ASKED = {
    "numbers.increment",  # counts
    "numbers.allocate",  # within services that have asked
    "numbers.create_default_series",  # within `create_company`
    "records.carry_out",  # within imports and `save_many`
    # The link, the code, the directory's answer is the permission.
    *("users.redeem_sign_in_link", "second_factor.check", "sign_in.user_for"),
    "second_factor.end_sessions",  # within services that have asked
    *("sessions.note_session", "sessions.carry_on_session"),  # whoever was let in
    # Read, before anybody has signed in or for pages that ask.
    *("second_factor.standing_of", "second_factor.is_on", "second_factor.is_required", "second_factor.is_among"),
    *("second_factor.administers_anything", "sign_in.administers_everything", "sign_in.password_opens"),
    *("sign_in.settings_of_sign_in", "sign_in.directory_of", "sign_in.directory_in_use", "sign_in.directory_secret"),
    *("sign_in.entra_account_of", "secrets.sealed_secrets"),
    "users.take_turn_with_users",  # writes nothing
    *("opportunities.next_stage", "web_service_keys.lookup_in"),  # count
    # Read; their pages ask.
    *("sales.archived_versions", "sales.credit_warning", "sales.prepayment_due", "sales_setup.sales_setup"),
    *("postings.navigate", "postings.check_ledgers", "web_service_keys.key_of"),
    *("sales.recompute", "sales.release_prepaid"),  # within services that have asked
    # The key itself is the permission.
    *("web_service_keys.holder_of", "web_service_keys.note_use", "web_services.record_use"),
}


def test_no_public_service_is_forgotten(company: Company) -> None:
    """A new public function below `services` is either in the table above or says here why it asks nobody."""
    found = set()
    for module in pkgutil.iter_modules(services.__path__):
        if module.name in PARTS_OF_SERVICES:
            continue
        loaded = importlib.import_module(f"{services.__name__}.{module.name}")
        own = [
            name
            for name, one in inspect.getmembers(loaded, inspect.isfunction)
            if (name in getattr(loaded, "__all__", ()) or (one.__module__ == loaded.__name__ and name[0] != "_"))
        ]
        found |= {f"{module.name}.{name}" for name in own}
    tested = {name for name in writes(company, User()) if name.split(".")[0] != "importing"}
    assert found - NOT_ASKED == tested


@pytest.mark.django_db
def test_where_amounts_are_posted_to_is_set_up_and_not_daily_work(company: Company) -> None:
    clerk = somebody(*PermissionSet.FINANCE_CLERK.permissions)
    with pytest.raises(NotPermitted) as refused:
        create(company, "customer-posting-group", {"code": "MINE"}, by=clerk)
    assert refused.value.permission is Permission.SET_UP


# Who is given what


@pytest.mark.django_db
def test_who_somebody_is_in_a_company_is_one_query(
    company: Company, django_assert_num_queries: Callable[[int], Any]
) -> None:
    ann = users.create_user("ann@example.com")
    users.grant(ann, company, "sales-viewer", "integration-administrator")
    with django_assert_num_queries(1):
        actor = people.actor_for(ann, company)
    assert actor.name == "ann@example.com"
    assert actor.may(Permission.INTEGRATE)
    assert actor.may(Permission.READ_DOCUMENTS)
    assert not actor.may(Permission.WRITE)
    with django_assert_num_queries(1):
        place = people.place_of(ann, company.slug)
    assert place
    assert place.actor(ann) == actor


@pytest.mark.django_db
def test_permission_sets_of_one_company_count_nowhere_else(company: Company) -> None:
    other = companies.create_company("Other")
    ann = users.create_user("ann@example.com")
    users.grant(ann, company, "administrator")
    users.grant(ann, other, "item-availability-reader")
    assert people.actor_for(ann, other).permissions == {Permission.READ_AVAILABILITY}
    assert people.actor_for(users.create_user("eve@example.com"), company).permissions == frozenset()
    assert [(place.company, place.sets) for place in people.places_of(ann)] == [
        (company, ("administrator",)),
        (other, ("item-availability-reader",)),
    ]


@pytest.mark.django_db
def test_sets_are_added_and_taken_and_the_last_one_ends_the_membership(company: Company) -> None:
    ann = users.create_user("ann@example.com")
    assert users.grant(ann, company, "sales-viewer") == ("sales-viewer",)
    assert users.grant(ann, company, "Finance-Clerk ") == ("finance-clerk", "sales-viewer")
    assert users.grant(ann, company, "finance-clerk") == ("finance-clerk", "sales-viewer")
    assert users.revoke(ann, company, "finance-clerk") == ("sales-viewer",)
    assert users.revoke(ann, company, "sales-viewer") == ()
    assert not Membership.objects.filter(user=ann).exists()
    with pytest.raises(InvalidRecord, match="no permission set 'owner'"):
        users.grant(ann, company, "sales-viewer", "owner")
    assert not Membership.objects.filter(user=ann).exists()


@pytest.mark.django_db
def test_nobody_gives_away_more_than_they_have(company: Company) -> None:
    eve = users.create_user("eve@example.com")
    keeper = somebody(Permission.MANAGE_USERS, *READS, Permission.WRITE)
    users.grant(eve, company, "sales-viewer", by=keeper)
    with pytest.raises(NotPermitted):
        users.grant(eve, company, "administrator", by=keeper)
    assert people.sets_of(eve, company) == ("sales-viewer",)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_take_each_other_out_leave_one(company: Company) -> None:
    """Without taking turns both would look before either writes, and nobody could let anyone in again."""
    from tests.financials.test_numbers import in_threads

    pair = [users.create_user(f"{name}@example.com") for name in ("ann", "bea")]
    for one in pair:
        users.grant(one, company, "administrator")
    waiting = list(pair)
    failures = in_threads(2, lambda: users.revoke(waiting.pop(), company))
    assert [type(failure) for failure in failures] == [InvalidRecord]
    assert len(people.administrators_of(company)) == 1
