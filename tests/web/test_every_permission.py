"""Every address of a company by every permission set: who is let in, who is told 403, and that strangers find nothing.

What each view needs is read from its declaration (`at_desk`); what depends on the table or the method is said here."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.web.conftest import Books, person, signed_in

from tallystick.financials import access
from tallystick.financials.models import Company, Membership, NumberSeries
from tallystick.financials.permissions import Permission, PermissionSet
from tallystick.financials.tables import TABLES
from tallystick.web.shell.desk import ANYONE, needs_of

GROUPED = ("customer", "sales-order", "g-l-account")  # one table of each group that people write
SHOW_EACH_WHAT_THEY_MAY_SEE = {
    *("company-home", "companies", "search", "search-suggestions"),
    *("web-services", "own-key", "own-key-revoke"),  # everybody has a key of their own
}
READS_THE_TABLE = {"record-list", "record-lookup", "record-export", "record-card"}
WRITES_THE_TABLE = {"record-new", "record-delete", "import-template"}
ALSO_FOR_POST = {
    "company-settings": Permission.SET_UP,
    "crm-connection": Permission.INTEGRATE,
    "crm-mapping": Permission.INTEGRATE,
    "document": Permission.WRITE,
}
# Pages of documents and ledgers are there for some tables only.
OWN_TABLES = {
    "document": "sales-order",
    "posted": "sales-invoice",
    "invoice": "sales-invoice",
    "ledger": "ledger-transaction",
}


@dataclass(frozen=True, slots=True)
class Place:
    """An address, and what its view says it needs."""

    route: str
    url: str
    declared: frozenset[Permission] | None
    table: str = ""

    def needs(self, method: str) -> frozenset[Permission]:
        """Everything somebody must be allowed who asks this."""
        more = set()
        if self.table and self.route in READS_THE_TABLE | WRITES_THE_TABLE:
            group = access.group_of(TABLES[self.table])
            more.add(group.reading)
            if self.route in WRITES_THE_TABLE or (self.route == "record-card" and method == "POST"):
                more.add(group.writing)
        if method == "POST" and self.route in ALSO_FOR_POST:
            more.add(ALSO_FOR_POST[self.route])
        return frozenset(more) | (self.declared or frozenset())


def patterns(found: list[URLPattern | URLResolver], below: str = "") -> Iterator[tuple[str, URLPattern, list[str]]]:
    for pattern in found:
        path = below + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern.url_patterns, path)
        elif path.startswith("c/<slug:company>/"):
            names = [part.split(">")[0].split(":")[-1] for part in path.split("<")[1:]]
            yield path, pattern, names


def places(books: Books, *, every_table: bool = True) -> list[Place]:
    """Every address below a company. A new kind of parameter has to be given a value here."""
    # With the integration offered, so that its pages answer for themselves; there is no connection, so nothing is asked.
    Company.objects.filter(pk=books.company.pk).update(experience="Suite")
    series, member = NumberSeries.objects.filter(company=books.company).first(), Membership.objects.first()
    assert series
    assert member
    values: dict[str, object] = {
        "company": books.company.slug,
        "record_id": uuid4(),
        "format": "csv",
        "upload_id": "0" * 32,
        "user_id": member.user_id,
        "series_id": series.pk,
        "mapping": "customer",
        "run_id": 1,
        "session_id": 1,
        "issue_id": "c1",
        "action": "match",
        "step": "address",
        "name": "Customers",
        **dict.fromkeys(("line_id", "version_id", "entry_id", "item", "opportunity", "order", "customer"), uuid4()),
    }
    made = []
    for _, pattern, names in patterns(get_resolver().url_patterns):
        route = str(pattern.name)
        by_table = "table" in names and not route.startswith("crm-")
        own = OWN_TABLES.get(route.split("-")[0])
        for table in (own,) if own else GROUPED if by_table and every_table else ("customer",):
            given = {**values, "table": table}
            url = reverse(route, kwargs={name: given[name] for name in names})
            made.append(Place(route, url, needs_of(pattern.callback), table if "table" in names else ""))
    return made


def ask(client: Client, method: str, url: str) -> HttpResponse:
    answer: HttpResponse = client.generic(method, url)  # type: ignore[assignment]  # the client's is one too
    return answer


@pytest.mark.django_db
def test_every_view_of_a_company_says_what_it_needs(administrator: Client, books: Books) -> None:
    found = places(books)
    assert [place.url for place in found if place.declared is None] == []
    for_anyone = {place.route for place in found if place.declared == ANYONE}
    assert for_anyone == SHOW_EACH_WHAT_THEY_MAY_SEE | READS_THE_TABLE | (WRITES_THE_TABLE - {"import-template"})


@pytest.mark.django_db
@pytest.mark.parametrize("permission_set", PermissionSet)
def test_who_is_let_in_where(books: Books, other_books: Books, permission_set: PermissionSet) -> None:
    """Take a `require` out of a view or a service and an address answers somebody it should refuse."""
    client = signed_in(person(books.company, permission_set))
    mistakes, seen = [], set()
    for place in places(books):
        for method in ("GET", "POST"):
            status = ask(client, method, place.url).status_code
            if status == 405:
                continue
            seen.add((place.route, method))
            allowed = place.needs(method) <= permission_set.permissions
            expected = status < 500 and status != 403 if allowed else status == 403
            if not expected:
                mistakes.append((method, place.url, status, "allowed" if allowed else "refused"))
    assert mistakes == []
    assert len(seen) > 60


@pytest.mark.django_db
def test_who_administers_another_company_finds_nothing_here(books: Books, other_books: Books) -> None:
    stranger = signed_in(person(other_books.company, PermissionSet.ADMINISTRATOR))
    Membership.objects.get_or_create(user=person(books.company, PermissionSet.SALES_VIEWER), company=books.company)
    for place in places(books, every_table=False):
        for method in ("GET", "POST"):
            assert ask(stranger, method, place.url).status_code in (404, 405), (method, place.url)


@pytest.mark.django_db
def test_a_page_that_refuses_says_what_is_missing_and_who_can_give_it(
    administrator: Client, viewer: Client, books: Books
) -> None:
    answer = viewer.get(books.url + "records/g-l-account/")
    text = answer.content.decode()
    assert answer.status_code == 403
    assert "You may not look at its general ledger here" in text
    assert "(Sales viewer) do not allow it. These do: Finance clerk, Administrator." in text
    assert "Pat Administrator" in text
    assert "mailto:administrator@example.com" in text
    assert f'href="{books.url}records/customer/"' in text  # the navigation stays


@pytest.mark.django_db
def test_a_company_without_administrator_says_who_can_help(viewer: Client, books: Books) -> None:
    assert "tally user grant" in viewer.get(books.url + "users/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("permission_set", PermissionSet)
def test_nothing_that_is_shown_leads_to_a_refusal(books: Books, permission_set: PermissionSet) -> None:
    """Menu, cues, buttons, fact boxes: every link and form of these pages is one the person may follow."""
    client = signed_in(person(books.company, permission_set))
    by_url = {place.url: place for place in places(books)}
    shown = ["", "company/all", "search/?q=a"]
    if Permission.READ in permission_set.permissions:
        shown += ["company/", "records/customer/", f"records/customer/{books.customer}/", "records/currency/"]
        shown += [f"records/currency/{books.currency}/", f"records/contact/{books.contact}/"]
    followed: set[str] = set()  # the menu is the same on every page
    for address in shown:
        text = client.get(books.url + address).content.decode()
        links = {part.split('"')[0].split("?")[0].split("#")[0] for part in text.split('href="')[1:]}
        for link in links - followed:
            if link.startswith(books.url):
                assert client.get(link).status_code != 403, (address, link)
        followed |= links
        for action in (part.split('"')[0].split("?")[0] for part in text.split(' action="')[1:]):
            if (place := by_url.get(action)) and place.route != "company-experience":
                assert place.needs("POST" if "search" not in place.route else "GET") <= permission_set.permissions


@pytest.mark.django_db
def test_an_availability_reader_sees_no_record_anywhere(books: Books) -> None:
    client = signed_in(person(books.company, PermissionSet.ITEM_AVAILABILITY_READER))
    for address in ("", "search/?q=Alpha", "search/suggestions?q=Alpha", "company/all"):
        text = client.get(books.url + address).content.decode()
        assert "Alpha customer" not in text
        assert "/records/" not in text
    assert "Looks at how many of an item can be sold" in client.get(books.url).content.decode()


@pytest.mark.django_db
def test_a_viewer_searches_and_exports_without_the_general_ledger(viewer: Client, clerk: Client, books: Books) -> None:
    assert "Receivables" in clerk.get(books.url + "search/?q=Receivables").content.decode()
    for address in ("search/?q=Receivables", "search/suggestions?q=Receivables"):
        assert "1300" not in viewer.get(books.url + address).content.decode()
    for table in ("g-l-account", "g-l-entry", "vat-entry", "ledger-transaction", "customer-posting-group"):
        for verb in ("", "export", "export?format=xlsx", "lookup?field=x&x=1"):
            assert viewer.get(f"{books.url}records/{table}/{verb}").status_code == 403, (table, verb)
            assert clerk.get(f"{books.url}records/{table}/{verb}").status_code == 200, (table, verb)


@pytest.mark.django_db
def test_a_table_forged_into_an_import_is_refused(clerk: Client, books: Books) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    for table in ("g-l-account", "g-l-entry", "no-such-table"):
        file = SimpleUploadedFile("a.csv", b"no,name\n9999,Mine\n")
        answer = clerk.post(books.url + "import/", {"table": table, "file": file})
        assert answer.status_code == 422, table
        assert "not one of the available choices" in answer.content.decode()
