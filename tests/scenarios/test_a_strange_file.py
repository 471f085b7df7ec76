"""A file from elsewhere: what a person who has never seen this product brings along."""

import pytest
from tests.scenarios.company import Business

pytestmark = [pytest.mark.slow]

HEADER = "no;name;name_2;address;city;phone_no;email;credit_limit;home_page"
GOOD = (
    'Ä1;"Müller & Söhne ""Backstube"" GmbH";;"Straße des 17. Juni 1; Hof 2";Köln;+49 221 10;;1234,50;',
    "A2;Ægir Ísfeld hf.;;;Reykjavík;;aegir@isfeld.example;;",
    'A3;"株式会社 ""月""";;;東京;;;0;https://tsuki.example',
    'A4;"Nyström &amp; <b>Söner</b> <script>alert(1)</script>";;;;;;;',
    "A5;=HYPERLINK('x');;;;;;;",
    ";Ohne Nummer OHG;;;;;;;",
    "A7;مؤسسة النور 😀;;;دبي;;;;",
    'A8;"O\'Brien; DROP TABLE customer";;;;;;;',
)
BAD = (
    "A2;Ægir noch einmal;;;;;;;",
    "B2;Falsche Adresse;;;;;kein at zeichen;;",
    "B3;" + "Lang " * 40 + ";;;;;;;",
)


def test_it_imports_previews_couples_and_synchronises(business: Business) -> None:
    before = business.records("customer")
    # One account is the same company already, written by a salesperson.
    known = business.sales.create("accounts", name="Ægir Ísfeld hf.", customertypecode=3, telephone1="+354 1")
    file = business.write("kunden.csv", "\ufeff" + "\r\n".join((HEADER, *GOOD, *BAD)) + "\r\n")

    refused = business.tally("import", "customer", str(file))
    assert refused.status == 2
    for part in ("A2 appears 2 times in this file: in lines 3 and 10", "kein at zeichen", "at most 100 fit"):
        assert part in refused.out, refused.out
    assert "--skip-errors" in refused.err
    assert business.records("customer") == before, "a file with errors is not imported in part"

    shown = business.tally.done("import", "customer", str(file), "--preview", "--skip-errors", "--json").json
    assert (shown["new"], shown["error"]) == (7, 4)
    assert business.records("customer") == before
    told = business.tally.done("import", "customer", str(file), "--skip-errors", "--json").json
    assert (told["ok"], told["new"], [row["line"] for row in told["skipped"]]) == (True, 7, [3, 10, 11, 12])
    business.import_("customer", "no,name,city,email", "A2,Ægir Ísfeld hf.,Reykjavík,aegir@isfeld.example")

    customers = {row["name"]: row for row in business.records("customer")}
    baker = customers['Müller & Söhne "Backstube" GmbH']
    assert (baker["no"], baker["address"], baker["credit_limit"]) == ("Ä1", "Straße des 17. Juni 1; Hof 2", "1234.50")
    assert customers["Ohne Nummer OHG"]["no"], "an empty number is given by the series"

    planned = business.preview("CUSTOMER")
    assert planned["total"] == planned["to_sales"] + planned["to_finance"]
    assert planned["to_sales"] >= 7
    assert all(write["why"] for write in planned["writes"])
    assert 'Müller & Söhne "Backstube" GmbH' not in business.sales.names(), "a preview writes nothing"

    business.full_sync()
    names = business.sales.names()
    assert names.count("Ægir Ísfeld hf.") == 1
    # An export guards what a spreadsheet would run as a formula; the CRM has the name itself.
    assert set(names) >= {row["name"].removeprefix("'") for row in business.records("customer")}
    assert business.customer("A2")["phone_no"] == "+354 1", "the account that was there already is the same company"
    assert business.sales.account('株式会社 "月"')["address1_city"] == "東京"
    assert business.sales.get(f"accounts({known})?$select=address1_city")["address1_city"] == "Reykjavík"
    counts = business.counts()
    assert (counts["coupled"], counts["in_sync"], counts["failed"]) == (12, 12, 0)
    assert business.preview("CUSTOMER")["total"] == 0

    exported = business.folder / "back.csv"
    business.tally.done("export", "customer", "--output", str(exported))
    again = business.tally.done("import", "customer", str(exported), "--json").json
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 12), "an export imports without a change"
