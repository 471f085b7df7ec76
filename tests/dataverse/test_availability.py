"""The availability web resource as it comes out of an imported solution, in Chromium: its environment is a sandbox that
answers over HTTP, and Financials a small server of its own on another origin."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx2
import pytest
from playwright.sync_api import Browser, Page, Route, expect
from tests.dataverse.sandboxed import client_of
from tests.sandbox_process import Sandbox, running_sandbox

pytestmark = pytest.mark.browser
# A page that a test answers for has no address of its own, and Chromium would keep it from asking this machine.
ROOT = "/WebResources/tstick_/availability/"
KEY = "canary-kéy-51"
HOSTILE = "<img src=x onerror=document.body.dataset.owned=1>"
NOBODY = "00000000-0000-4000-8000-000000000001"


@dataclass
class Finance:
    """Financials: what it has of each item, and what it was asked."""

    url: str = ""
    status: int = 200
    stock: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def rows(self, query: str) -> list[dict[str, Any]]:
        number = parse_qs(query)["$filter"][0].partition("'")[2][:-1].replace("''", "'")
        return self.stock.get(number, [])


@pytest.fixture(scope="module")
def finance() -> Iterator[Finance]:
    finance = Finance()

    class Handler(BaseHTTPRequestHandler):
        def do_OPTIONS(self) -> None:
            self._head(204)

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            finance.asked.append((parts.path, unquote(parts.query), self.headers.get("Authorization", "")))
            self._head(finance.status)
            self.wfile.write(json.dumps({"value": finance.rows(parts.query)}).encode())

        def _head(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Access-Control-Allow-Origin", self.headers.get("Origin", ""))
            self.send_header("Access-Control-Allow-Headers", "Authorization, Accept")
            self.send_header("Content-Type", "application/json")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    finance.url = f"http://127.0.0.1:{server.server_port}/odata/cronus"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield finance
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        with client_of(running) as client:
            client.import_solution()
        yield running


@pytest.fixture(scope="module")
def api(sandbox: Sandbox) -> Iterator[httpx2.Client]:
    with sandbox.client() as api:
        yield api


@pytest.fixture(scope="module")
def page(browser: Browser, sandbox: Sandbox, api: httpx2.Client) -> Page:
    """A page whose address is the environment's; files come from its web resources, the rest goes to it signed in."""
    page = browser.new_page()
    page.route(f"{sandbox.url}{ROOT}**", _from_web_resources(api))
    token = sandbox.token()
    page.route(
        f"{sandbox.url}/api/data/**",
        lambda route: route.continue_(headers={**route.request.headers, "Authorization": f"Bearer {token}"}),
    )
    return page


def _from_web_resources(api: httpx2.Client) -> Callable[[Route], None]:
    """Answer with the files that the import brought."""
    types = {1: "text/html", 2: "text/css", 3: "text/javascript"}
    rows = api.get("webresourceset?$filter=startswith(name,'tstick_')").json()["value"]
    files = {row["name"]: (base64.b64decode(row["content"]), types[row["webresourcetype"]]) for row in rows}

    def serve(route: Route) -> None:
        body, content_type = files[urlsplit(route.request.url).path.removeprefix("/WebResources/")]
        route.fulfill(body=body, content_type=content_type)

    return serve


@dataclass
class Shop:
    """The rows of a test: a company, its connection, and products by number."""

    api: httpx2.Client
    company: str = ""
    connection: str = ""
    units: tuple[str, str] = ("", "")

    def make(self, entity_set: str, **body: Any) -> str:
        reply = self.api.post(
            entity_set, json={name.replace("__bind", "@odata.bind"): one for name, one in body.items()}
        )
        assert reply.status_code == 204, reply.text
        return str(reply.headers["OData-EntityId"]).rpartition("(")[2].rstrip(")")

    def connect(self, **values: Any) -> None:
        self.api.patch(f"tstick_connections({self.connection})", json=values).raise_for_status()

    def product(self, number: str) -> str:
        product = self.make(
            "products", name=number, productnumber=number, productstructure=1, quantitydecimal=2,
            defaultuomscheduleid__bind=f"/uomschedules({self.units[0]})", defaultuomid__bind=f"/uoms({self.units[1]})",
            tstick_CompanyId__bind=f"/tstick_companies({self.company})",
        )  # fmt: skip
        self.api.patch(f"products({product})", json={"statecode": 0, "statuscode": 1}).raise_for_status()
        return product


@pytest.fixture(scope="module")
def shop(api: httpx2.Client, finance: Finance) -> Shop:
    shop = Shop(api)
    schedule = shop.make("uomschedules", name="Default", baseuomname="PCS")
    unit = api.get(f"uoms?$filter=_uomscheduleid_value eq {schedule}").json()["value"][0]["uomid"]
    shop.units = (schedule, unit)
    shop.company = shop.make("tstick_companies", tstick_name="CRONUS", tstick_externalid="cronus")
    other = shop.make("tstick_companies", tstick_name="Other", tstick_externalid="other")
    shop.connection = shop.make(
        "tstick_connections", tstick_name="CRONUS", tstick_itemavailability=True, tstick_odataaddress=finance.url,
        tstick_odatausername="web@cronus.example", tstick_odataaccesskey=KEY,
        tstick_CompanyId__bind=f"/tstick_companies({shop.company})",
    )  # fmt: skip
    shop.make(
        "tstick_connections", tstick_name="Other", tstick_itemavailability=True, tstick_odataaddress="https://other.invalid/",
        tstick_odatausername="x", tstick_odataaccesskey="x", tstick_CompanyId__bind=f"/tstick_companies({other})",
    )  # fmt: skip
    return shop


def unit_of(code: str, quantity: float, **more: Any) -> dict[str, Any]:
    return {"UnitOfMeasureCode": code, "QtyOnHand": quantity, "Description": "Bicycle", "Blocked": False, **more}


def look(page: Page, sandbox: Sandbox, table: str, row: str, state: str) -> str:
    """Open the resource as a form does, wait for the state, and return what it tells."""
    page.goto(f"{sandbox.url}{ROOT}availability.html?typename={table}&type=1&id=%7B{row.upper()}%7D&userlcid=1033")
    expect(page.locator("#availability")).to_have_attribute("data-state", state, timeout=20_000)
    expect(page.locator("#availability")).to_have_attribute("aria-busy", "false")
    return page.locator("#message").inner_text()


def test_a_product_shows_what_is_in_stock_in_every_unit(
    page: Page, sandbox: Sandbox, shop: Shop, finance: Finance
) -> None:
    finance.stock["1000"] = [unit_of("PCS", 1234.5), unit_of("BOX", 102.875)]
    assert look(page, sandbox, "product", shop.product("1000"), "shown") == "In stock in Financials now."
    assert page.locator("#units tr").all_inner_texts() == ["PCS\t1,234.5", "BOX\t102.875"]
    assert page.locator("h1").inner_text() == "1000 Bicycle"
    path, query, signed = finance.asked[-1]
    assert path == "/odata/cronus/ProductItemAvailability"
    assert "$filter=ItemNo eq '1000'" in query
    assert base64.b64decode(signed.removeprefix("Basic ")).decode() == f"web@cronus.example:{KEY}"


def test_an_order_line_shows_that_of_its_product(page: Page, sandbox: Sandbox, shop: Shop, finance: Finance) -> None:
    finance.stock["O'2000"] = [unit_of("PCS", -3)]
    product = shop.product("O'2000")
    account = shop.make("accounts", name="A")
    order = shop.make("salesorders", name="O", customerid_account__bind=f"/accounts({account})")
    line = shop.make(
        "salesorderdetails", salesorderid__bind=f"/salesorders({order})", productid__bind=f"/products({product})",
        uomid__bind=f"/uoms({shop.units[1]})", quantity=1,
    )  # fmt: skip
    look(page, sandbox, "salesorderdetail", line, "shown")
    assert page.locator("#units tr").all_inner_texts() == ["PCS\t-3"]
    write_in = shop.make(
        "salesorderdetails", salesorderid__bind=f"/salesorders({order})", isproductoverridden=True,
        productdescription="Advice", priceperunit=5, quantity=1,
    )  # fmt: skip
    assert "no product" in look(page, sandbox, "salesorderdetail", write_in, "not-set-up")


def test_nothing_that_comes_from_elsewhere_becomes_markup(
    page: Page, sandbox: Sandbox, shop: Shop, finance: Finance
) -> None:
    """Broken once with innerHTML in `cell`: the picture was there."""
    finance.stock["3000"] = [unit_of(HOSTILE, 1, Description=HOSTILE, Blocked=True)]
    assert "blocked" in look(page, sandbox, "product", shop.product("3000"), "shown")
    assert page.locator("img").count() == 0
    assert HOSTILE in page.locator("#units").inner_text()
    assert page.evaluate("document.body.dataset.owned") is None


@pytest.mark.parametrize(
    ("status", "state", "told"),
    [
        (401, "no-access", "does not accept the web service key"),
        (404, "not-set-up", "does not publish"),
        (503, "failed", "status 503"),
    ],
)
def test_a_refusal_of_financials_is_told(
    page: Page, sandbox: Sandbox, shop: Shop, finance: Finance, status: int, state: str, told: str
) -> None:
    product = shop.product(f"4-{status}")
    finance.stock[f"4-{status}"] = [unit_of("PCS", 7)]
    finance.status = status
    try:
        assert told in look(page, sandbox, "product", product, state)
    finally:
        finance.status = 200
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator("#availability")).to_have_attribute("data-state", "shown")


def test_an_item_that_financials_does_not_have_is_told(page: Page, sandbox: Sandbox, shop: Shop) -> None:
    assert "no stock item 5000" in look(page, sandbox, "product", shop.product("5000"), "failed")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"tstick_itemavailability": False}, "not set up for this product's company"),
        ({"tstick_odataaccesskey": None}, "not set up for this product's company"),
        ({"tstick_odataaddress": "http://finance.example/odata/x"}, "begins with https"),
        ({"tstick_odataaddress": "javascript:alert(1)"}, "begins with https"),
    ],
)
def test_a_connection_that_is_not_ready_is_told(
    page: Page, sandbox: Sandbox, shop: Shop, finance: Finance, settings: dict[str, Any], told: str
) -> None:
    before = {"tstick_itemavailability": True, "tstick_odataaccesskey": KEY, "tstick_odataaddress": finance.url}
    asked = len(finance.asked)
    shop.connect(**settings)
    try:
        number = f"6-{told[:3]}-{next(iter(settings))}-{len(str(settings))}"
        assert told in look(page, sandbox, "product", shop.product(number), "not-set-up")
    finally:
        shop.connect(**before)
    assert len(finance.asked) == asked


def test_a_form_that_passes_no_row_is_told(page: Page, sandbox: Sandbox) -> None:
    assert "not one of a product" in look(page, sandbox, "account", NOBODY, "not-set-up")
    page.goto(f"{sandbox.url}{ROOT}availability.html?typename=product")
    expect(page.locator("#message")).to_have_text("Save the record first.")
    assert "status 404" in look(page, sandbox, "product", NOBODY, "failed")


def test_who_may_not_read_connections_is_told_which_role_to_ask_for(page: Page, sandbox: Sandbox, shop: Shop) -> None:
    product = shop.product("7000")
    page.route("**/tstick_connections?*", lambda route: route.fulfill(status=403, body="{}"))
    try:
        assert "Product Availability User" in look(page, sandbox, "product", product, "no-access")
    finally:
        page.unroute("**/tstick_connections?*")


def test_no_script_of_others_runs(page: Page, sandbox: Sandbox, shop: Shop, finance: Finance) -> None:
    """The page's own policy stops what is written into it, whatever the environment's is."""
    finance.stock["8000"] = [unit_of("PCS", 1)]
    look(page, sandbox, "product", shop.product("8000"), "shown")
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.ran = 1'}))"
    )
    assert page.evaluate("window.ran") is None
    with pytest.raises(Exception, match=r"eval|unsafe"):
        page.evaluate(
            "() => new Promise((_, no) => { setTimeout(() => { try { (0, window.eval)('1') } catch (e) { no(e) } }) })"
        )
