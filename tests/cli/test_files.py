"""`tally fields`, `import` and `export`: a table goes out to a file and comes back."""

from pathlib import Path

import pytest
from tests.cli.command import Tally, new_home


@pytest.fixture
def tally(tmp_path: Path) -> Tally:
    tally = new_home(tmp_path / "home")
    tally.done("company", "add", "Acme")
    return tally


def test_fields_names_what_a_csv_header_may_hold(tmp_path: Path) -> None:
    tally = Tally(tmp_path)
    fields = {field["name"]: field for field in tally.done("fields", "customer", "--json").json["fields"]}
    assert (fields["no"]["type"], fields["no"]["length"]) == ("code", 20)
    assert (fields["name"]["type"], fields["name"]["length"]) == ("text", 100)
    assert fields["salesperson_code"]["references"] == "salesperson"
    shown = tally.done("fields", "Customers").out
    assert all(name in shown for name in fields)
    assert not (tmp_path / "tally.sqlite3").exists()


def test_an_import_writes_what_its_preview_showed(tally: Tally, tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_text('no,name,city\nC1,"Müller ""Söhne"", Köln",Köln\nC2,Łódź Trading,\n', encoding="utf-8")
    preview = tally.done("import", "customer", str(file), "--preview", "--json").json
    assert (preview["ok"], preview["new"], preview["error"]) == (True, 2, 0)
    assert tally.done("export", "customer").out.count("\n") == 1
    assert tally.done("import", "customer", str(file), "--json").json == {
        "ok": True,
        "new": 2,
        "changed": 0,
        "unchanged": 0,
        "skipped": [],
    }
    assert 'Müller ""Söhne"", Köln' in tally.done("export", "customer").out


def test_a_file_with_one_wrong_cell_imports_nothing(tally: Tally, tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_text("no,name,credit_limit\nC1,One,10\nC2,Two,a lot\nC1,Again,5\n", encoding="utf-8")
    said = tally("import", "customer", str(file))
    assert said.status == 2
    assert "Nothing was imported" in said.err
    assert "credit_limit" in said.out
    assert "lines 2 and 4" in " ".join(said.out.split())
    answer = tally("import", "customer", str(file), "--json")
    assert (answer.status, answer.json["ok"], answer.json["error"]) == (2, False, 3)
    assert answer.json["message"].startswith("Nothing was imported")
    assert tally.done("export", "customer").out.count("\n") == 1


def test_rows_with_errors_are_left_out_where_a_person_says_so_and_told(tally: Tally, tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_text("no,name,credit_limit\nC1,One,10\nC2,Two,a lot\nC3,Three,5\n", encoding="utf-8")
    assert "--skip-errors" in tally.refused("import", "customer", str(file))
    shown = tally.done("import", "customer", str(file), "--preview", "--skip-errors", "--json").json
    assert (shown["new"], shown["error"]) == (2, 1)
    told = tally.done("import", "customer", str(file), "--skip-errors", "--json").json
    assert (told["new"], [(row["line"], row["key"]) for row in told["skipped"]]) == (2, [(3, "C2")])
    assert "Left out: line 3. credit_limit" in tally.done("import", "customer", str(file), "--skip-errors").out
    assert "C2" not in tally.done("export", "customer").out


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_an_export_imports_again_without_a_change(tally: Tally, tmp_path: Path, format: str) -> None:
    file = tmp_path / "customers.csv"
    file.write_text("no,name,city\nC1,=1+1,Köln\nC2,東京商事,東京\n", encoding="utf-8")
    tally.done("import", "customer", str(file))
    exported = tmp_path / f"out.{format}"
    tally.done("export", "customer", "--output", str(exported))
    assert tally.done("import", "customer", str(exported), "--json").json["unchanged"] == 2


def test_settings_are_shown_and_set_all_or_none(tally: Tally) -> None:
    tally.done("company", "set", "negative_inventory=Allow", "credit_warning=refuse", "freight_account_no=6100")
    tally.done("company", "vat", "domestic", "standard", "19")
    refused = tally.refused("company", "set", "negative_inventory=Refuse", "freight_account_no=1200")
    assert "1200 Inventory is booked by posting groups alone" in " ".join(refused.split())
    assert "There are: name, display_name" in tally.refused("company", "set", "freight=4200")
    shown = tally.done("company", "settings", "--json").json
    names = ("negative_inventory", "credit_warning", "freight_account_no")
    assert [shown[name] for name in names] == ["Allow", "Refuse", "6100"]
    assert "DOMESTIC,STANDARD,19.00000" in tally.done("export", "vat-posting-setup").out
