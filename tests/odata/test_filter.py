"""`$filter` finds what OData says it finds, on both databases."""

import pytest
from tests.odata.conftest import Books, Caller, stock_up

ALL = ["C1", "C2", "C3", "C4"]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("No eq 'C2'", ["C2"]),
        ("'C2' eq No", ["C2"]),
        ("No ne 'C2'", ["C1", "C3", "C4"]),
        ("No gt 'C2'", ["C3", "C4"]),
        ("No ge 'C2' and No lt 'C4'", ["C2", "C3"]),
        ("'C2' lt No", ["C3", "C4"]),
        ("Name eq 'O''Hara & Sons'", ["C2"]),
        ("No in ('C1','C4','C9')", ["C1", "C4"]),
        ("not (No in ('C1','C4'))", ["C2", "C3"]),
        ("No eq 'C1' or No eq 'C2' and City eq 'Dublin'", ["C1", "C2"]),  # and binds before or
        ("(No eq 'C1' or No eq 'C2') and City eq 'Dublin'", ["C2"]),
        ("not (No eq 'C1') and not (No eq 'C2')", ["C3", "C4"]),
        ("not not (No eq 'C1')", ["C1"]),
        ("((((No eq 'C1'))))", ["C1"]),
        # capitals count, in every script and in every function
        ("City eq 'Köln'", ["C1"]),
        ("contains(City,'öln')", ["C1", "C3"]),
        ("contains(City,'köln')", ["C3"]),
        ("contains(Name,'wolle')", []),
        ("startswith(City,'K')", ["C1"]),
        ("endswith(Name,'GmbH')", ["C3"]),
        ("endswith(Name,'')", ALL),
        ("contains(Name,'')", ALL),
        ("startswith(Name,'')", ALL),
        ("tolower(City) eq 'köln'", ["C1", "C3"]),
        ("toupper(City) eq 'KÖLN'", ["C1", "C3"]),
        ("contains(tolower(Name),'łódź')", ["C4"]),
        ("contains(tolower(Name),tolower('MÜLLER'))", ["C1"]),
        ("contains(Name,'x') eq false and contains(Name,'Wolle') eq true", ["C3"]),
        ("startswith('C1 and more',No)", ["C1"]),
        # nothing in a text is a pattern
        ("contains(Name,'%')", ["C3"]),
        ("contains(Name,'_')", ["C3"]),
        ("startswith(Name,'100%')", ["C3"]),
        ("contains(Name,'\\')", []),
        ("length(City) eq 0", ["C4"]),
        ("length(City) gt 3.5 and length(City) lt 5.5", ["C1", "C3"]),
        ("length(City) eq 3.5", []),
        ("trim(City) eq 'Dublin'", ["C2"]),
        # null
        ("SalespersonCode eq null", ["C2", "C3"]),
        ("SalespersonCode ne null", ["C1", "C4"]),
        ("null eq SalespersonCode", ["C2", "C3"]),
        ("SalespersonCode eq 'JR'", ["C1", "C4"]),
        ("SalespersonCode ne 'JR'", ["C2", "C3"]),
        ("not (SalespersonCode eq 'JR')", ["C2", "C3"]),
        ("SalespersonCode gt 'A'", ["C1", "C4"]),
        ("not (SalespersonCode gt 'A')", ["C2", "C3"]),
        ("SalespersonCode gt null", []),
        ("SalespersonCode in ('JR',null)", ALL),
        ("tolower(SalespersonCode) eq 'jr'", ["C1", "C4"]),
        ("tolower(SalespersonCode) ne 'jr'", ["C2", "C3"]),
        ("SalespersonCode eq CountryCode", ["C2"]),
        ("SalespersonCode ne CountryCode", ["C1", "C3", "C4"]),
        ("Name eq null", []),
        ("null eq null", ALL),
        ("null ne null", []),
        ("contains(SalespersonCode,'J')", ["C1", "C4"]),
        ("contains(null,'J')", []),
        # numbers of any size and scale
        ("CreditLimit eq 1000.5", ["C1"]),
        ("CreditLimit eq 1.0005e3", ["C1"]),
        ("CreditLimit eq 1000.501", []),
        ("CreditLimit gt 1000.499", ["C1"]),
        ("CreditLimit ge 1000.501", []),
        ("CreditLimit lt 250.001 and CreditLimit gt 249.999", ["C3"]),
        ("CreditLimit le 249.999", ["C2", "C4"]),
        ("CreditLimit in (250,1000.5,7.001)", ["C1", "C3"]),
        ("CreditLimit lt 1e20", ALL),
        ("CreditLimit gt 1e20", []),
        ("CreditLimit gt -1e20", ALL),
        ("CreditLimit ne 250", ["C1", "C2", "C4"]),
        # moments and constants
        ("CreatedAt gt 2000-01-01T00:00:00Z", ALL),
        ("CreatedAt lt 2000-01-01T00:00:00.1234567+01:00", []),
        ("CreatedAt gt 2000-01-01T00:00:00 01:00", ALL),  # a plus that was not escaped arrives as a space
        ("true", ALL),
        ("not true", []),
        ("1 eq 1 and 'a' lt 'b'", ALL),
        ("2 gt 3", []),
    ],
)
def test_customers(caller: Caller, condition: str, expected: list[str]) -> None:
    assert caller.keys(f"Customers?$filter={condition}") == expected


@pytest.mark.parametrize(
    ("path", "name", "expected"),
    [
        ("Items?$filter=Blocked", "No", []),
        ("Items?$filter=not Blocked and UnitPrice gt 12", "No", ["1000", "1100"]),
        ("Items?$filter=Blocked eq false and Type eq 'Service'", "No", ["S1"]),
        ("Items?$filter=Blocked ne true and UnitPrice le UnitCost", "No", ["S1"]),
        ("PriceLists?$filter=StartingDate ge 2026-06-01", "Code", ["SUMMER"]),
        ("PriceLists?$filter=StartingDate lt 2026-06-01 or EndingDate ne null", "Code", []),
        ("PriceLists?$filter=StartingDate in (2026-06-01,2026-06-02)", "Code", ["SUMMER"]),
        ("PriceListLines?$filter=LineNo lt 10000.5", "ItemNo", ["1000"]),
        ("PriceListLines?$filter=LineNo eq 99999999999", "ItemNo", []),
        ("PriceListLines?$filter=LineNo in (20000,99999999999)", "ItemNo", ["1100"]),
        ("PriceListLines?$filter=LineNo lt 99999999999 and ResourceNo eq null", "ItemNo", ["1000", "1100"]),
        ("PriceListLines?$filter=PriceListCode eq 'SUMMER' and ItemNo ne '1000'", "ItemNo", ["1100"]),
        ("ProductItemAvailability?$filter=QtyOnHand eq 100", "ItemNo", ["1100"]),
        ("ProductItemAvailability?$filter=QtyOnHand eq 8.33333", "UnitOfMeasureCode", ["BOX"]),
        ("ProductItemAvailability?$filter=QtyOnHand gt 0 and not (UnitOfMeasureCode eq 'PCS')", "ItemNo", ["1100"]),
    ],
)
def test_other_sets(caller: Caller, books: Books, path: str, name: str, expected: list[str]) -> None:
    stock_up(books)
    assert caller.keys(path, name) == expected


def test_a_record_is_found_by_its_id(caller: Caller, books: Books) -> None:
    assert caller.keys(f"Customers?$filter=Id eq {books.ids['C3']}") == ["C3"]
    assert caller.keys(f"Customers?$filter=Id in ({books.ids['C3']},{books.ids['C1']})") == ["C1", "C3"]


@pytest.mark.parametrize(
    ("condition", "status", "said"),
    [
        ("", 400, "ends where a property or a value has to follow"),
        ("No eq", 400, "ends where"),
        ("No eq 'C1", 400, "cannot be read from character 7 on"),
        ("No eq 'C1' garbage", 400, "at character 12"),
        ("No eq 5", 400, "No is Edm.String, 5 is Edm.Decimal"),
        ("CreditLimit gt '5'", 400, "CreditLimit is Edm.Decimal, '5' is Edm.String"),
        ("CreditLimit in (5,'5')", 400, "they are not compared"),
        ("Nope eq 1", 400, "there is no property 'Nope'; there are No, Name"),
        ("company/id eq 1", 400, "there is no property"),
        ("company__slug eq 'alpha'", 400, "there is no property"),
        ("No", 400, "is not true or false by itself"),
        ("Name and No", 400, "is not true or false by itself"),
        ("(No eq 'C1') eq true", 400, "takes values, not conditions"),
        ("tolower((No eq 'C1')) eq 'c1'", 400, "takes values, not conditions"),
        ("contains(No)", 400, "contains takes 2 values, not 1"),
        ("contains(No,5)", 400, "contains takes texts; 5 is Edm.Decimal"),
        ("contains(CreditLimit,'5')", 400, "CreditLimit is Edm.Decimal"),
        ("tolower(CreditLimit) eq '5'", 400, "tolower takes a text"),
        ("contains(No,'1') gt true", 400, "neither is greater"),
        ("endswith('a',No)", 400, "endswith takes a text in quotes"),
        ("nonsense(No)", 400, "there is no function nonsense"),
        ("No in ()", 400, "in is followed by values"),
        ("No in 'C1'", 400, "( is missing"),
        ("No in ('C1'", 400, "at the end"),
        ("(No eq 'C1'", 400, ") is missing"),
        ("No eq 'C1')", 400, "at character 11"),
        ("CreatedAt gt 2025-02-30T00:00:00Z", 400, "is no moment of the calendar"),
        ("CreatedAt gt 0001-01-01T00:00:00+14:00", 400, "is no moment of the calendar"),
        ("CreatedAt gt 2025-02-28", 400, "CreatedAt is Edm.DateTimeOffset, 2025-02-28 is Edm.Date"),
        ("CreditLimit gt 1e99", 400, "more than 30 digits"),
        ("CreditLimit gt 1e9999", 400, "cannot be read"),
        ("CreditLimit gt NaN", 400, "there is no property 'NaN'"),
        ("CreditLimit add 5 gt 7", 501, "add is not supported"),
        ("concat(No,Name) eq 'x'", 501, "concat is not supported"),
        ("Lines/any(l:l/No eq 1)", 501, "is not supported"),
        ("duration'P1D' eq null", 400, "there is no property 'duration'"),
    ],
)
def test_what_cannot_be_understood_is_told_where_and_why(
    caller: Caller, condition: str, status: int, said: str
) -> None:
    answer = caller.get(f"Customers?$filter={condition}")
    assert answer.status == status, answer.content
    assert said in answer.message
    assert answer.json["error"]["target"] == "$filter"
