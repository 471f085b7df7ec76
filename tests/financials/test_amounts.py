"""What lines come to adds up to what the document says, whatever is rounded.

To see these tests fail: round the VAT of each line by itself, or leave out what was charged `before`."""

from decimal import Decimal
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.financials.documents.amounts import LineAmounts, PricedLine, Terms, document_amounts, total
from tallystick.financials.rounding import rounded

D = Decimal
CASES = (
    # quantity, price, line discount, VAT %, terms → line discount, invoice discount, amount, including VAT
    ("3", "9.99", "0", "0", Terms(2), ("0", "0", "29.97", "29.97")),
    ("3", "9.99", "10", "19", Terms(2), ("3.00", "0", "26.97", "32.09")),
    ("3", "9.99", "10", "19", Terms(2, invoice_discount_percent=D(5)), ("3.00", "1.35", "25.62", "30.49")),
    ("1", "119", "0", "19", Terms(2, prices_including_vat=True), ("0", "0", "100.00", "119.00")),
    ("7", "3.333", "0", "8", Terms(0), ("0", "0", "23", "25")),
    ("2", "0.0625", "0", "0", Terms(3), ("0", "0", "0.125", "0.125")),
    ("1", "0.005", "0", "0", Terms(2), ("0", "0", "0.01", "0.01")),
    ("0", "10", "10", "19", Terms(2), ("0", "0", "0", "0")),
)


@pytest.mark.parametrize(("quantity", "price", "discount", "vat", "terms", "expected"), CASES)
def test_a_line_comes_to(
    quantity: str, price: str, discount: str, vat: str, terms: Terms, expected: tuple[str, ...]
) -> None:
    line = PricedLine(D(quantity), D(price), D(discount), D(vat))
    assert document_amounts([line], terms) == [LineAmounts(*map(D, expected))]


def test_freight_takes_no_invoice_discount() -> None:
    goods, freight = PricedLine(D(1), D(100)), PricedLine(D(1), D(10), takes_invoice_discount=False)
    amounts = document_amounts([goods, freight], Terms(2, invoice_discount_percent=D(10)))
    assert [one.amount for one in amounts] == [90, 10]


prices = st.decimals(0, 10_000, places=5)
quantities = st.decimals(D("0.001"), 1_000, places=3)
percents = st.decimals(0, 100, places=2)
rates = st.sampled_from([D(0), D(7), D(19), D("5.5"), D("8.1")])
terms = st.builds(
    Terms, places=st.integers(0, 3), prices_including_vat=st.booleans(), invoice_discount_percent=percents
)


@st.composite
def lines(draw: st.DrawFn) -> PricedLine:
    rate = draw(rates)
    return PricedLine(draw(quantities), draw(prices), draw(percents), rate, rate, draw(st.booleans()))


@given(st.lists(lines(), max_size=8), terms)
def test_the_vat_of_a_rate_is_that_of_the_sum_of_its_lines(document: list[PricedLine], terms: Terms) -> None:
    amounts = document_amounts(document, terms)
    for rate in {line.vat_percent for line in document}:
        together = total(one for line, one in zip(document, amounts, strict=True) if line.vat_percent == rate)
        if terms.prices_including_vat:
            assert together.amount == rounded(together.amount_including_vat * 100 / (100 + rate), terms.places)
        else:
            assert together.vat_amount == rounded(together.amount * rate / 100, terms.places)


@given(lines(), st.lists(quantities, min_size=1, max_size=5), terms)
def test_parts_of_a_line_add_up_to_the_whole(line: PricedLine, parts: list[Decimal], terms: Terms) -> None:
    def charged(quantity: Decimal, before: Decimal) -> LineAmounts:
        part = PricedLine(quantity, line.unit_price, line.line_discount_percent, before=before)
        return document_amounts([part], terms)[0]

    reached = [D(0), *accumulate(parts)]
    in_parts = total(charged(after - before, before) for before, after in pairwise(reached))
    assert in_parts == charged(reached[-1], D(0))


@given(lines(), terms)
def test_nothing_is_charged_twice_or_below_zero(line: PricedLine, terms: Terms) -> None:
    [one] = document_amounts([line], terms)
    charged = one.amount_including_vat if terms.prices_including_vat else one.amount
    price = rounded(line.quantity * line.unit_price, terms.places)
    assert charged + one.line_discount_amount + one.invoice_discount_amount == price
    assert min(one.amount, one.vat_amount, one.line_discount_amount, one.invoice_discount_amount) >= 0
