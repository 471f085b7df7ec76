"""Two people, two systems, one customer: what each of them finds in the morning."""

import subprocess
import sys

import pytest
from tests.scenarios.company import NAMES, Business, connect, until

pytestmark = [pytest.mark.slow]


def test_an_edit_on_either_side_arrives_and_edits_to_different_fields_both_survive(business: Business) -> None:
    account = business.sales.account("Adler Apotheke")["accountid"]
    business.import_("customer", "no,city", "K1,Potsdam")
    business.sales.edit("accounts", account, telephone1="+49 331 77")
    with business.tally.running("worker", log=business.folder / "worker.log"):
        until(lambda: business.stored("K1", "phone_no") == "+49 331 77", "the phone number reached Financials")
        until(
            lambda: business.sales.account("Adler Apotheke")["address1_city"] == "Potsdam", "the city reached the CRM"
        )
    assert business.stored("K1", "city") == "Potsdam"
    assert business.sales.account("Adler Apotheke")["telephone1"] == "+49 331 77"
    assert business.issues() == []


def test_the_same_field_edited_on_both_sides_asks_with_both_values_and_holds_nothing_else_up(
    business: Business,
) -> None:
    account = business.sales.account("Adler Apotheke")["accountid"]
    business.import_("customer", "no,city,email", "K1,Potsdam,neu@adler.example")
    business.sales.edit("accounts", account, address1_city="Bernau", telephone1="+49 3338 5")
    business.sync("CUSTOMER")

    (issue,) = business.issues()
    (conflict,) = issue["conflicts"]
    assert (issue["state"], conflict["finance"], conflict["sales"]) == ("conflict", "Potsdam", "Bernau")
    assert "Adler Apotheke" in issue["label"]
    assert business.customer("K1")["phone_no"] == "+49 3338 5"
    assert business.sales.account("Adler Apotheke")["emailaddress1"] == "neu@adler.example"
    assert business.customer("K1")["city"] == "Potsdam"
    assert business.sales.account("Adler Apotheke")["address1_city"] == "Bernau"
    assert business.counts()["conflicts"] == 1

    business.sync("CUSTOMER")  # nobody decides by waiting
    assert business.customer("K1")["city"] == "Potsdam"
    business.tally.done("issues", "--settle", issue["id"], "--winner", "sales")
    business.sync("CUSTOMER")
    assert business.customer("K1")["city"] == "Bernau"
    assert business.issues() == []
    assert business.counts()["in_sync"] == 4
    history = business.tally.done("history", "--json").json["items"]
    assert any("Potsdam" in str(item["fields"]) for item in history), "history shows the value that was given up"


def test_where_the_policy_picks_a_winner_nobody_is_asked_and_history_has_the_value_that_lost(
    business: Business,
) -> None:
    business.tally.done("mapping", "CUSTOMER", "--conflicts", "finance wins")
    account = business.sales.account("Adler Apotheke")["accountid"]
    business.import_("customer", "no,city", "K1,Potsdam")
    business.sales.edit("accounts", account, address1_city="Bernau")
    business.sync("CUSTOMER")
    assert business.issues() == []
    assert business.sales.account("Adler Apotheke")["address1_city"] == "Potsdam"
    assert business.customer("K1")["city"] == "Potsdam"
    assert "Bernau" in business.tally.done("history", "--json").out


def test_a_deleted_record_does_not_come_back(business: Business) -> None:
    gone = business.sales.account("Adler Apotheke")["accountid"]
    business.sales.delete("accounts", gone)
    business.sync("CUSTOMER")
    assert business.customer("K1")["name"] == "Adler Apotheke"
    counts = business.counts()
    assert (counts["sales_rows"], counts["coupled"]) == (3, 3)
    for _ in range(2):
        business.full_sync()
        assert "Adler Apotheke" not in business.sales.names()
    business.import_("customer", "no,city", "K1,Potsdam")
    business.sync("CUSTOMER")
    assert "Adler Apotheke" not in business.sales.names()
    business.counts()


def test_a_row_that_is_switched_off_in_the_crm_rests_and_goes_on_when_it_is_back(business: Business) -> None:
    account = business.sales.account("Adler Apotheke")["accountid"]
    business.sales.edit("accounts", account, statecode=1, statuscode=2)
    business.import_("customer", "no,city", "K1,Potsdam")
    business.sync("CUSTOMER")
    assert business.sales.account("Adler Apotheke")["address1_city"] == "Berlin"
    assert business.counts()["excluded"] >= 1
    business.sales.edit("accounts", account, statecode=0, statuscode=1)
    business.sync("CUSTOMER")
    assert business.sales.account("Adler Apotheke")["address1_city"] == "Potsdam"
    counts = business.counts()
    assert (counts["in_sync"], counts["coupled"]) == (4, 4)


def test_an_edit_in_one_company_reaches_the_other_through_the_crm_they_share(business: Business) -> None:
    """Both write as the same user of the CRM, so what one wrote must not look to the other like its own echo."""
    business.tally.done("company", "add", "Sister")
    for one in ("sister", "contoso"):
        if one == "sister":
            connect(business.tally, business.sales.sandbox, "--company", "sister")
            business.import_("customer", "no,name,city", "S1,Specht Spedition,Ulm", company="sister")
        assert business.full_sync(company=one)["ok"]
    names = sorted([*NAMES, "Specht Spedition"])
    assert business.sales.names() == names
    for one in ("sister", "contoso"):
        assert sorted(row["name"] for row in business.records("customer", one)) == names
    business.import_("customer", "no,city", "K1,Potsdam", company="contoso")
    business.sync("CUSTOMER", company="contoso")
    business.sync("CUSTOMER", company="sister")
    cities = {row["name"]: row["city"] for row in business.records("customer", "sister")}
    assert cities["Adler Apotheke"] == "Potsdam"
    for one in ("contoso", "sister"):
        assert business.sync("CUSTOMER", company=one)["writes"] == 0


def test_a_salesperson_whose_code_is_changed_keeps_customers_and_counterpart(business: Business) -> None:
    ida = next(row for row in business.records("salesperson") if row["name"] == "Ida Holm")
    business.import_("customer", "no,salesperson_code", f"K1,{ida['code']}")
    business.sync("CUSTOMER")
    assert business.sales.account("Adler Apotheke")["_ownerid_value"] == business.sales.person

    rename(business, ida["code"], "HOLM")
    business.full_sync()
    assert business.customer("K1")["salesperson_code"] == "HOLM"
    assert business.sales.account("Adler Apotheke")["_ownerid_value"] == business.sales.person
    people = [row["code"] for row in business.records("salesperson") if row["name"] == "Ida Holm"]
    assert people == ["HOLM"], "the user of the CRM has one salesperson still"
    business.import_("customer", "no,salesperson_code", "K2,HOLM")
    business.sync("CUSTOMER")
    assert business.sales.account("Bäckerei Schäfer")["_ownerid_value"] == business.sales.person


def rename(business: Business, code: str, new: str) -> None:
    """Change a salesperson's code, as saving the card does; a file cannot, because there the code says who is meant."""
    script = (
        "import sys, tallystick.cli.installation as installation; installation.open_installation();"
        " from tallystick.financials import queries, services; company = installation.the_company();"
        " person = queries.find_record(company, 'salesperson', sys.argv[1]);"
        " services.update(company, 'salesperson', person.id, {'code': sys.argv[2]})"
    )
    environment = {**business.tally.environment_of_process(), "TALLY_HOME": str(business.tally.home)}
    subprocess.run([sys.executable, "-c", script, code, new], env=environment, check=True)
