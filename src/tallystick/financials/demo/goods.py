"""What the demo company sells: units, items and resources with names from many countries."""

from decimal import Decimal
from typing import NamedTuple

UNITS = (
    # code, description, code of UN/ECE Recommendation 20, symbol
    ("PCS", "Piece", "C62", "pc"),
    ("BOX", "Box", "BX", ""),
    ("PALLET", "Pallet", "PX", ""),
    ("KG", "Kilogram", "KGM", "kg"),
    ("SACK", "Sack", "SA", ""),
    ("L", "Litre", "LTR", "l"),
    ("CAN", "Canister", "CI", ""),
    ("M", "Metre", "MTR", "m"),
    ("ROLL", "Roll", "RO", ""),
    ("HOUR", "Hour", "HUR", "h"),
    ("DAY", "Day of eight hours", "DAY", "d"),
    ("KM", "Kilometre", "KMT", "km"),
)
PALLET_OF = {"BOX": 40, "SACK": 30, "CAN": 24, "ROLL": 20}  # how many of the larger unit stand on a pallet
VENDORS = ("V-1010", "V-1020", "V-1030", "V-1040", "V-1050", "V-1060")


class Good(NamedTuple):
    """An item: `of_larger` base units make one of `larger`; weight in kilograms, volume in cubic decimetres."""

    description: str
    base_unit: str
    larger: str
    of_larger: str
    price: str
    weight: str
    volume: str


def _goods(base_unit: str, larger: str, text: str) -> tuple[Good, ...]:
    """Read lines of `description | base units in the larger unit | price | weight | volume`."""
    rows = (tuple(cell.strip() for cell in line.split("|")) for line in text.strip().splitlines())
    return tuple(Good(row[0], base_unit, larger, *row[1:]) for row in rows)


GOODS = (
    *_goods(
        "PCS",
        "BOX",
        """
        Bürostuhl „Seebrise“, höhenverstellbar | 1 | 189.00 | 14.2 | 180
        Schreibtisch Eiche geölt 160 × 80 | 1 | 449.00 | 38.5 | 210
        Aktenschrank, abschließbar | 1 | 329.50 | 46 | 390
        Schreibtischlampe „Glühwürmchen“ | 6 | 42.90 | 1.35 | 6.2
        Ordner, breit, blau | 20 | 2.15 | 0.41 | 2.4
        Kugelschreiber „Lübeck“, 50 Stück | 24 | 17.50 | 0.62 | 1.1
        Skrzynka narzędziowa, stalowa | 4 | 38.20 | 3.9 | 21
        Klucz nastawny 250 mm | 12 | 14.75 | 0.48 | 0.6
        Młotek ślusarski 500 g | 12 | 9.80 | 0.68 | 0.7
        Śrubokręty, zestaw 6 szt. | 10 | 12.40 | 0.55 | 1.2
        Wiertła do metalu, 19 szt. | 10 | 21.90 | 0.82 | 0.9
        Fauteuil de bureau « Garance » | 1 | 245.00 | 16.8 | 195
        Étagère murale en chêne | 2 | 64.00 | 5.1 | 24
        Carafe isotherme 1 L | 8 | 27.30 | 0.74 | 3.4
        Nappe en lin brodée | 10 | 39.90 | 0.52 | 1.8
        Couteau de cuisine « Thiers » 20 cm | 12 | 31.00 | 0.24 | 0.5
        Κεραμική κούπα «Αιγαίο» | 24 | 7.60 | 0.36 | 0.9
        Ξύλινος δίσκος σερβιρίσματος | 6 | 18.90 | 1.1 | 4.8
        Χάλκινο μπρίκι | 18 | 11.50 | 0.28 | 1.1
        Керамічна ваза «Опішня» | 6 | 34.20 | 1.6 | 5.5
        Дерев’яна скриня різьблена | 1 | 118.00 | 9.4 | 64
        Лляний рушник вишитий | 20 | 15.80 | 0.22 | 0.8
        急須（常滑焼） | 12 | 48.00 | 0.45 | 1.6
        包丁 三徳 165 mm | 10 | 86.50 | 0.19 | 0.5
        和紙ランプ | 4 | 57.00 | 0.9 | 14
        风扇（台式） | 4 | 29.90 | 2.3 | 18
        电热水壶 1.7 升 | 6 | 24.50 | 1.05 | 7.5
        手推车（可折叠） | 2 | 74.00 | 6.8 | 35
        فانوس نحاسي | 8 | 36.40 | 0.95 | 3.9
        إبريق شاي مع صينية | 6 | 52.00 | 1.8 | 6
        סט מברגים 12 חלקים | 10 | 19.90 | 0.74 | 1.5
        תיק עבודה מעור | 5 | 129.00 | 1.25 | 9
        Bàn trà tre ép | 2 | 68.50 | 7.2 | 30
        Nón lá thủ công | 25 | 4.90 | 0.12 | 3
        Cordless drill 18 V | 5 | 139.00 | 2.1 | 8.5
        Spirit level 600 mm | 10 | 23.60 | 0.66 | 1.4
        Safety helmet, white | 20 | 11.90 | 0.38 | 7
        Work gloves, pair | 120 | 3.45 | 0.09 | 0.4
        First aid kit DIN 13157 | 10 | 28.70 | 1.4 | 5
        Label printer 4" | 2 | 298.00 | 3.1 | 12
        Barcode scanner, wireless | 10 | 164.00 | 0.31 | 1.2
        Desk organiser, bamboo | 12 | 16.20 | 0.88 | 3.7
        Silla plegable «Málaga» | 4 | 34.90 | 4.2 | 28
        Botijo de barro | 4 | 22.80 | 2.4 | 11
        Abanico pintado a mano | 40 | 13.50 | 0.06 | 0.3
        Skrivbordslampa ”Norrsken” | 6 | 59.00 | 1.5 | 7
        Dalahäst, röd, 13 cm | 24 | 32.00 | 0.21 | 0.9
        Termosflaska 0,75 l | 12 | 26.40 | 0.43 | 1.6
        """,
    ),
    *_goods(
        "KG",
        "SACK",
        """
        Kaffeebohnen „Hanse“, geröstet | 10 | 13.80 | 1 | 2.6
        Roggenmehl Type 1150 | 25 | 0.92 | 1 | 1.7
        Kasza gryczana | 25 | 2.35 | 1 | 1.4
        Sel de Guérande | 20 | 3.10 | 1 | 0.9
        Φάβα Σαντορίνης | 10 | 8.40 | 1 | 1.3
        Соняшникове насіння | 25 | 1.75 | 1 | 2.1
        緑茶（煎茶） | 5 | 46.00 | 1 | 3.5
        茉莉花茶 | 5 | 28.50 | 1 | 4.2
        تمر مجدول | 10 | 9.60 | 1 | 1.2
        זעתר | 5 | 14.20 | 1 | 2
        Cà phê Buôn Ma Thuột | 20 | 11.40 | 1 | 2.6
        Arroz bomba | 25 | 3.95 | 1 | 1.2
        Müsli, Nüsse und Beeren | 10 | 6.70 | 1 | 2.4
        Havregryn, fullkorn | 20 | 1.85 | 1 | 2.2
        """,
    ),
    *_goods(
        "L",
        "CAN",
        """
        Huile d’olive de Provence | 5 | 11.20 | 0.92 | 1
        Ελαιόλαδο Καλαμάτας | 5 | 9.90 | 0.92 | 1
        Олія соняшникова | 10 | 2.10 | 0.92 | 1
        醤油（濃口） | 18 | 4.60 | 1.18 | 1
        Nước mắm Phú Quốc | 10 | 5.30 | 1.2 | 1
        Vinagre de Jerez | 5 | 7.80 | 1.01 | 1
        Spülmittelkonzentrat | 10 | 3.25 | 1.03 | 1
        Płyn do podłóg | 10 | 2.40 | 1.01 | 1
        """,
    ),
    *_goods(
        "M",
        "ROLL",
        """
        Leinenstoff, natur, 140 cm | 25 | 18.90 | 0.32 | 0.6
        Dentelle de Calais | 50 | 12.70 | 0.04 | 0.1
        西陣織 帯地 | 10 | 64.00 | 0.4 | 0.5
        丝绸面料 | 30 | 22.30 | 0.09 | 0.2
        Lụa Hà Đông | 30 | 19.80 | 0.08 | 0.2
        Ylletyg, grått | 25 | 27.50 | 0.5 | 0.9
        Kabel NYM-J 3 × 1,5 | 100 | 0.89 | 0.12 | 0.1
        Packaging tape, brown | 66 | 0.06 | 0.01 | 0.02
        Garden hose ½ inch | 50 | 1.35 | 0.14 | 0.3
        Steel rope 4 mm | 100 | 1.10 | 0.06 | 0.02
        """,
    ),
)


class Skill(NamedTuple):
    """A resource; capacity in base units."""

    name: str
    type: str
    base_unit: str
    larger: str
    of_larger: str
    price: str
    cost: str
    capacity: str


RESOURCES = (
    Skill("Katarzyna Śliwa, fitter", "Person", "HOUR", "DAY", "8", "68.00", "41.00", "1720"),
    Skill("Jürgen Möllers, Elektriker", "Person", "HOUR", "DAY", "8", "74.00", "44.50", "1680"),
    Skill("Νίκος Παππάς, εγκαταστάτης", "Person", "HOUR", "DAY", "8", "59.00", "35.00", "1720"),
    Skill("Aiko Tanabe, interior planner", "Person", "HOUR", "DAY", "8", "95.00", "57.00", "1200"),
    Skill("Олена Гончар, drafting", "Person", "HOUR", "DAY", "8", "62.00", "36.00", "1600"),
    Skill("Rashid Al Falasi, installer", "Person", "HOUR", "DAY", "8", "57.50", "33.00", "1720"),
    Skill("Training on site", "Person", "HOUR", "DAY", "8", "110.00", "62.00", "400"),
    Skill("Lorry 7.5 t with driver", "Machine", "KM", "", "", "2.10", "1.30", "60000"),
    Skill("Fork-lift truck", "Machine", "HOUR", "DAY", "8", "38.00", "19.00", "2000"),
    Skill("Lifting platform 12 m", "Machine", "HOUR", "DAY", "8", "46.00", "24.00", "1500"),
)


def unit_rows() -> list[dict[str, object]]:
    """Return the units of measure as the services take them."""
    return [
        {"code": code, "description": description, "international_standard_code": standard, "symbol": symbol}
        for code, description, standard, symbol in UNITS
    ]


def cost_of(good: Good, place: int) -> Decimal:
    """Return what a good costs to buy: between half and three quarters of its price."""
    return (Decimal(good.price) * (50 + place * 7 % 26) / 100).quantize(Decimal("0.01"))


def units_of(base: str, larger: str, of_larger: str) -> list[tuple[str, Decimal]]:
    """Return the units beside the base unit, each with how many base units it holds."""
    if not larger or larger == base:
        return []
    count = Decimal(of_larger)
    pallet = [("PALLET", count * PALLET_OF[larger])] if larger in PALLET_OF else []
    return [(larger, count), *pallet]


PRICE_GROUPS = (("TRADE", "Resellers and craft"), ("EXPORT", "Customers overseas"), ("KEY", "Key accounts"))


class Prices(NamedTuple):
    """A price list: every `every`th item at so many percent of its card price, converted at a round rate.

    From a larger unit on, where the item has one, `off` percent less."""

    description: str
    source_type: str
    group: str
    currency: str
    rate: str
    percent: int
    off: int
    every: int
    starting_date: str
    ending_date: str
    status: str


PRICE_LISTS = (
    Prices("Wholesale", "Customer Price Group", "TRADE", "", "1", 88, 5, 1, "2025-01-01", "", "Active"),
    Prices("Key accounts", "Customer Price Group", "KEY", "", "1", 82, 6, 1, "2025-01-01", "", "Active"),
    Prices(
        "Overseas, US dollar", "Customer Price Group", "EXPORT", "USD", "1.10", 94, 4, 1, "2025-01-01", "", "Active"
    ),
    Prices("United Kingdom, sterling", "All Customers", "", "GBP", "0.87", 97, 3, 2, "2025-01-01", "", "Active"),
    Prices("Winter sale", "All Customers", "", "", "1", 90, 0, 7, "2025-11-01", "2026-02-28", "Active"),
    Prices("Wholesale next year", "Customer Price Group", "TRADE", "", "1", 91, 5, 1, "2027-01-01", "", "Draft"),
    Prices(
        "Wholesale 2024", "Customer Price Group", "TRADE", "", "1", 86, 5, 3, "2024-01-01", "2024-12-31", "Inactive"
    ),
)


def price_of(good: Good, terms: Prices) -> Decimal:
    """Return the price of a base unit on a list."""
    return max(
        (Decimal(good.price) * terms.percent / 100 * Decimal(terms.rate)).quantize(Decimal("0.01")), Decimal("0.01")
    )


def larger_price_of(good: Good, terms: Prices) -> Decimal:
    """Return the price of the larger unit on a list."""
    whole = price_of(good, terms) * Decimal(good.of_larger) * (100 - terms.off) / 100
    return whole.quantize(Decimal("0.01"))
