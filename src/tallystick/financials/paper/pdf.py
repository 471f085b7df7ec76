"""Lays a paper out as PDF: A4, fonts embedded, the same bytes for the same paper.

Long documents go on on further pages, each with the heading of the columns and the sum carried over. Texts that are
written from right to left are shaped and set so, also between others."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from tallystick.financials.paper import fonts
from tallystick.financials.paper.content import ZERO, Paper, PaperLine, plain
from tallystick.financials.paper.direction import is_right_to_left

MARGIN, WIDTH, HEIGHT = 18, 210, 297
BODY = WIDTH - 2 * MARGIN
FOOT = 22  # kept free for the footer and the carried sum
SIZE, SMALL, STEP = 9, 7.5, 4.4
INK, FAINT, RULE = 30, 105, 200
# heading, width, alignment; together they are as wide as the body
COLUMNS = (
    ("No.", 20, "L"),
    ("Description", 53, "L"),
    ("Quantity", 17, "R"),
    ("Unit", 13, "L"),
    ("Price", 20, "R"),
    ("Disc. %", 13, "R"),
    ("VAT %", 12, "R"),
    ("Amount", 26, "R"),
)


def as_pdf(paper: Paper) -> bytes:
    """Return the document as PDF. Every text can be marked and searched; nothing in it depends on when it is made."""
    sheet = _Sheet(paper)
    sheet.add_page()
    sheet.addresses()
    sheet.lines()
    sheet.totals()
    sheet.closing()
    return bytes(sheet.output())


class _Sheet(FPDF):
    """The pages on their way. fpdf2 calls `header` and `footer` for each."""

    def __init__(self, paper: Paper) -> None:
        super().__init__(format="A4")
        self.paper = paper
        self.carried: Decimal | None = None  # while lines are written: what the pages before come to
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(False)
        self.set_title(f"{paper.title} {paper.no}")
        self.set_author(paper.letterhead[0])
        self.set_creation_date(datetime(paper.on.year, paper.on.month, paper.on.day, tzinfo=UTC))
        self.add_font("body", "", fonts.REGULAR)
        self.add_font("body", "B", fonts.BOLD)
        if fonts.needs_east_asian(paper.texts()):
            self.add_font("east", "", fonts.EAST_ASIAN)
            self.set_fallback_fonts(["east"], exact_match=False)
        self.set_text_shaping(use_shaping_engine=True)
        self.set_draw_color(RULE)
        self._pen()

    # What stands on every page

    def header(self) -> None:
        self.set_y(MARGIN - 4)
        name, *rest = self.paper.letterhead
        self._pen("B", 13)
        self._write(name, BODY, 6)
        self._pen(size=SMALL, ink=FAINT)
        self._write(" · ".join([*rest, *([self.paper.contact] if self.paper.contact else [])]), BODY, 4)
        self.ln(1.5)
        self.line(MARGIN, self.get_y(), WIDTH - MARGIN, self.get_y())
        self.ln(6 if self.page_no() == 1 else 3)
        self._pen()

    def footer(self) -> None:
        self.set_y(HEIGHT - 14)
        self._pen(size=SMALL, ink=FAINT)
        self.cell(BODY / 2, 4, f"{self.paper.title} {self.paper.no}", new_x=XPos.RIGHT, new_y=YPos.TOP)
        # The number of pages is put in when all are written. A shaped text would be in glyphs, where it is not found.
        self.set_text_shaping(use_shaping_engine=False)
        self.cell(BODY / 2, 4, f"Page {self.page_no()} of {{nb}}", align="R")
        self.set_text_shaping(use_shaping_engine=True)
        self._pen()

    # The parts, in their order

    def addresses(self) -> None:
        """To whom, where the goods went, and what the document says about itself."""
        top = self.get_y()
        self._pen(size=SMALL, ink=FAINT)
        self._write("Bill to", 85, 4)
        self._pen(size=10)
        for text in self.paper.bill_to:
            self._write(text, 85, 5)
        if self.paper.ship_to:
            self.ln(2)
            self._pen(size=SMALL, ink=FAINT)
            self._write("Ship to", 85, 4)
            self._pen()
            for text in self.paper.ship_to:
                self._write(text, 85, STEP)
        left_end = self.get_y()
        self.set_y(top)
        self._facts()
        self.set_y(max(left_end, self.get_y()) + 6)
        if self.paper.note:
            self._write(self.paper.note, BODY, STEP)
            self.ln(3)

    def _facts(self) -> None:
        self._pen("B", 15)
        self.set_x(112)
        self.cell(WIDTH - MARGIN - 112, 7, f"{self.paper.title} {self.paper.no}", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(1)
        for label, text in self.paper.facts:
            self.set_x(112)
            self._pen(ink=FAINT)
            self.cell(32, STEP, label, new_x=XPos.RIGHT, new_y=YPos.TOP)
            self._pen()
            self._write(text, WIDTH - MARGIN - 144, STEP, x=144)

    def lines(self) -> None:
        """Every line, with the heading of the columns on each page and the sum carried over."""
        self._column_headings()
        so_far = ZERO
        for line in self.paper.lines:
            if self.get_y() + self._height(line) > HEIGHT - FOOT - STEP:
                self._carry(so_far)
            self._line(line)
            so_far += line.amount
        self.line(MARGIN, self.get_y() + 1, WIDTH - MARGIN, self.get_y() + 1)
        self.ln(4)

    def _column_headings(self) -> None:
        self._pen("B", SMALL, FAINT)
        for heading, width, align in COLUMNS:
            self.cell(width, 5, heading, align=align, new_x=XPos.RIGHT, new_y=YPos.TOP)
        self.ln(5)
        self.line(MARGIN, self.get_y(), WIDTH - MARGIN, self.get_y())
        self.ln(1)
        self._pen()

    def _carry(self, so_far: Decimal) -> None:
        self._carried_line("Carried over", so_far)
        self.add_page()
        self._column_headings()
        self._carried_line("Carried from the page before", so_far)

    def _carried_line(self, label: str, amount: Decimal) -> None:
        self._pen("B")
        self.cell(BODY - 40, STEP + 1, label, align="R", new_x=XPos.RIGHT, new_y=YPos.TOP)
        self.cell(40, STEP + 1, self.paper.money(amount), align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self._pen()

    def _height(self, line: PaperLine) -> float:
        texts = (line.description, line.description_2)
        width = COLUMNS[1][1] if line.charged else BODY - COLUMNS[0][1]
        return sum(self._rows(text, width) for text in texts if text) * STEP + 1.2 or STEP

    def _rows(self, text: str, width: float) -> int:
        found = self.multi_cell(width, STEP, text, dry_run=True, output="LINES")
        return len(found) if isinstance(found, list) else 1

    def _line(self, line: PaperLine) -> None:
        top, left = self.get_y(), MARGIN + COLUMNS[0][1]
        cells = _cells(line, self.paper)
        for (_, width, align), text in zip(COLUMNS, cells, strict=True):
            self._fitting(text, width, align)
        self.set_y(top)
        width = COLUMNS[1][1] if line.charged else BODY - COLUMNS[0][1]
        self._write(line.description, width, STEP, x=left)
        if line.description_2:
            self._pen(size=SMALL, ink=FAINT)
            self._write(line.description_2, width, STEP, x=left)
            self._pen()
        self.set_y(top + self._height(line))

    def _fitting(self, text: str, width: float, align: str) -> None:
        """A text on one line; one that is too long is set smaller."""
        size: float = SIZE
        while text and size > 5 and self.get_string_width(text) > width - 1.5:
            size -= 0.5
            self.set_font_size(size)
        self.cell(width, STEP, text, align=align, new_x=XPos.RIGHT, new_y=YPos.TOP)
        self.set_font_size(SIZE)

    def totals(self) -> None:
        """The VAT by rate, and what the document comes to."""
        paper = self.paper
        rows = _total_rows(paper)
        self._keep_together((len(rows) + len(paper.rates) + 4) * 5)
        self._pen(size=SMALL, ink=FAINT)
        top = self.get_y()
        for label, width, align in (("VAT %", 16, "R"), ("Without VAT", 30, "R"), ("VAT", 28, "R")):
            self.cell(width, 5, label, align=align, new_x=XPos.RIGHT, new_y=YPos.TOP)
        self.ln(5)
        self._pen()
        for rate in paper.rates:
            for text, width in ((plain(rate.percent), 16), (paper.money(rate.base), 30), (paper.money(rate.vat), 28)):
                self.cell(width, 5, text, align="R", new_x=XPos.RIGHT, new_y=YPos.TOP)
            self.ln(5)
        end = self.get_y()
        self.set_y(top)
        for label, text, bold in rows:
            self.set_x(104)
            self._pen("B" if bold else "", 11 if bold else SIZE)
            self.cell(50, 6 if bold else 5, label, new_x=XPos.RIGHT, new_y=YPos.TOP)
            self.cell(WIDTH - MARGIN - 154, 6 if bold else 5, text, align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self._pen()
        self.set_y(max(end, self.get_y()) + 6)

    def closing(self) -> None:
        """How to pay."""
        self._keep_together(len(self.paper.closing) * (STEP + 1))
        for text in self.paper.closing:
            self._write(text, BODY, STEP + 1)

    def _keep_together(self, height: float) -> None:
        if self.get_y() + height > HEIGHT - FOOT:
            self.add_page()

    # Pens

    def _pen(self, style: str = "", size: float = SIZE, ink: int = INK) -> None:
        self.set_font("body", style, size)
        self.set_text_color(ink)

    def _write(self, text: str, width: float, step: float, *, x: float = MARGIN) -> None:
        """A text in as many lines as it needs, from the side from which it is read."""
        self.set_x(x)
        align = "R" if is_right_to_left(text) else "L"
        # After a text in the fallback font, fpdf2 goes on in that font unless the font is set again.
        with self.local_context():
            self.multi_cell(width, step, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _cells(line: PaperLine, paper: Paper) -> Sequence[str]:
    """The texts of a line's columns; the description is written apart, since it may take several lines."""
    if not line.charged:
        return ("",) * len(COLUMNS)
    return (
        line.no,
        "",
        plain(line.quantity),
        line.unit,
        plain(line.unit_price, min(2, paper.places)),
        plain(line.discount_percent) if line.discount_percent else "",
        plain(line.vat_percent),
        paper.money(line.amount),
    )


def _total_rows(paper: Paper) -> list[tuple[str, str, bool]]:
    """Label, amount, and whether it is the sum."""
    rows = []
    if paper.invoice_discount:
        rows.append(("Sum of lines", paper.money(paper.sum_of_lines), False))
        rows.append(("Invoice discount", paper.money(-paper.invoice_discount), False))
    vat = paper.amount_including_vat - paper.amount
    without = ("Total without VAT", paper.money(paper.amount), False)
    total = (f"Total {paper.currency}", paper.money(paper.amount_including_vat), True)
    if paper.prices_including_vat:
        return [*rows, total, ("VAT in it", paper.money(vat), False), without]
    return [*rows, without, ("VAT", paper.money(vat), False), total]
