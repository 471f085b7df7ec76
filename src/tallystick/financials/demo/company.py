"""Builds the demo company."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import cycle
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from tallystick.financials import queries
from tallystick.financials.demo import goods
from tallystick.financials.demo.businesses import Business, customers, strangers
from tallystick.financials.demo.saving import save
from tallystick.financials.demo.trading import set_up_vat, trade
from tallystick.financials.models import BusinessRelation, Company, EntryType, Experience
from tallystick.financials.services import Insert, Update, companies
from tallystick.financials.services.item_journal import JournalLine, post_item_journal

SEED = 1
NAME = "Lindwurm & Halm Trading"
PROSPECTS = 40  # companies known to Financials that never bought anything

SALESPEOPLE = (
    ("Frieda Lindwurm", "Sales Director"),
    ("Ambrose Halm", "Sales Director"),
    ("Zofia Wrzosek", "Account Manager"),
    ("Théo Marchetti", "Account Manager"),
    ("Δάφνη Ρούσσου", "Account Manager"),
    ("Haruka Minami", "Account Manager"),
    ("Salma Haddadin", "Account Manager"),
    ("Minh Châu Lê", "Account Manager"),
    ("Gareth Pryce", "Key Account Manager"),
    ("Dolores Aguirre", "Account Manager"),
    ("Ingrid Söderqvist", "Inside Sales"),
    ("Tobias Überacker", "Inside Sales"),
)
SALESPERSON_MAILBOXES = (
    "frieda.lindwurm",
    "ambrose.halm",
    "zofia.wrzosek",
    "theo.marchetti",
    "dafni.roussou",
    "haruka.minami",
    "salma.haddadin",
    "minh-chau.le",
    "gareth.pryce",
    "dolores.aguirre",
    "ingrid.soderqvist",
    "tobias.uberacker",
)
MAIL_DOMAIN = "lindwurm-halm.example"

CURRENCIES = (
    # code, description, symbol, places, how much of it is worth how many euros
    ("EUR", "Euro", "€", 2, "", ""),
    ("USD", "US dollar", "$", 2, "100", "92.4500"),
    ("GBP", "Pound sterling", "£", 2, "100", "117.1200"),
    ("JPY", "Japanese yen", "¥", 0, "10000", "61.8000"),
    ("PLN", "Polish złoty", "zł", 2, "100", "23.2700"),
    ("CNY", "Chinese yuan", "元", 2, "100", "12.8100"),
    ("AED", "UAE dirham", "AED", 2, "100", "25.1700"),
    ("SEK", "Swedish krona", "kr", 2, "100", "8.7400"),
)
PAYMENT_TERMS = (
    ("COD", "Cash on delivery", "0D", "", "0"),
    ("14 DAYS", "Net 14 days", "14D", "", "0"),
    ("NET 30", "Net 30 days", "30D", "", "0"),
    ("NET 45", "Net 45 days", "45D", "", "0"),
    ("NET 60", "Net 60 days", "60D", "", "0"),
    ("1M(8D)", "Net 1 month, 2% within 8 days", "1M", "8D", "2"),
    ("CM", "End of the month", "CM", "", "0"),
)
SHIPMENT_METHODS = (
    ("FOB", "Free on board"),
    ("EXW", "Ex works"),
    ("CIF", "Cost, insurance, freight"),
    ("DAP", "Delivered at place"),
    ("PICKUP", "Collected by the customer"),
)
SHIPPING_AGENTS = (
    ("DHL", "DHL", "https://www.dhl.example/track?no=%1"),
    ("FEDEX", "FedEx", "https://www.fedex.example/track?no=%1"),
    ("UPS", "UPS", "https://www.ups.example/track?no=%1"),
    ("OWN", "Our own lorries", ""),
)
COUNTRIES = (
    ("DE", "Germany"),
    ("AT", "Austria"),
    ("PL", "Poland"),
    ("FR", "France"),
    ("GR", "Greece"),
    ("UA", "Ukraine"),
    ("JP", "Japan"),
    ("CN", "China"),
    ("AE", "United Arab Emirates"),
    ("IL", "Israel"),
    ("VN", "Vietnam"),
    ("GB", "United Kingdom"),
    ("US", "United States"),
    ("ES", "Spain"),
    ("SE", "Sweden"),
)
EUROPEAN_UNION = ("AT", "PL", "FR", "GR", "ES", "SE")
POSTING_GROUPS = {
    "customer-posting-group": ("DOMESTIC", "FOREIGN"),
    "product-posting-group": ("GOODS", "SERVICES"),
    "vat-business-posting-group": ("DOMESTIC", "EU", "EXPORT"),
    "vat-product-posting-group": ("STANDARD", "REDUCED"),
}
FOOD = ("KG", "L")  # what these units count is eaten, and taxed less
# The row that says who is blocked for what, repeated over all customers: about one in fifteen.
BLOCKED = ("",) * 14 + ("All",) + ("",) * 15 + ("Ship",) + ("",) * 14 + ("Invoice",)


def build_demo_company(seed: int = SEED, *, today: date | None = None) -> Company:
    """Return a new company with 600 customers, more than 1,500 contacts and a year of sales up to `today`, in one
    transaction; takes some seconds.

    Two companies of one seed and day hold the same data under different ids."""
    with transaction.atomic():
        company = companies.create_company(
            NAME,
            local_currency="EUR",
            experience=Experience.SUITE,
            address="Speicherstraße 12",
            post_code="23552",
            city="Lübeck",
            country_code="DE",
            phone_no="+49 451 5550100",
            email=f"office@{MAIL_DOMAIN}",
        )
        codes = _codes(company)
        items = _items(company, codes)
        _price_lists(company, codes, items)
        _stock(company, items)
        _resources(company, codes)
        buyers = customers(seed)
        set_up_vat(company)
        saved = save(company, "customer", [Insert(_customer(codes, n, b)) for n, b in enumerate(buyers)])
        _people(company, codes, buyers, saved)
        _prospects(company, codes, strangers(seed)[-PROSPECTS:])
        trade(company, [id for n, id in enumerate(saved) if not BLOCKED[n % len(BLOCKED)]], today or localdate())
    return company


Codes = Mapping[str, Mapping[str, UUID]]  # by table, by code


def _codes(company: Company) -> Codes:
    """Create the small tables; return the ids by code."""
    people = zip(SALESPEOPLE, SALESPERSON_MAILBOXES, strict=True)
    rows: dict[str, list[dict[str, object]]] = {
        "country": [{"code": code, "name": name, "iso_code": code} for code, name in COUNTRIES],
        "salesperson": [
            {
                "code": f"SP NO. {number:05d}",
                "name": name,
                "job_title": title,
                "email": f"{mailbox}@{MAIL_DOMAIN}",
                "phone_no": f"+49 451 55501{number:02d}",
            }
            for number, ((name, title), mailbox) in enumerate(people, start=1)
        ],
        "payment-terms": [
            {
                "code": code,
                "description": text,
                "due_date_calculation": due,
                "discount_date_calculation": discount_until,
                "discount_percent": Decimal(percent),
            }
            for code, text, due, discount_until, percent in PAYMENT_TERMS
        ],
        "shipment-method": [{"code": code, "description": text} for code, text in SHIPMENT_METHODS],
        "unit-of-measure": goods.unit_rows(),
        "customer-price-group": [{"code": code, "description": text} for code, text in goods.PRICE_GROUPS],
        "shipping-agent": [
            {"code": code, "name": name, "internet_address": address} for code, name, address in SHIPPING_AGENTS
        ],
    }
    codes = {table: _save_by_code(company, table, values) for table, values in rows.items()}
    made = {table: queries.ids_by_code(company, table, groups) for table, groups in POSTING_GROUPS.items()}
    return {**codes, **made, "currency": _currencies(company)}


def _save_by_code(company: Company, table: str, rows: Sequence[Mapping[str, object]]) -> dict[str, UUID]:
    saved = save(company, table, [Insert(row) for row in rows])
    return {str(row["code"]): id for row, id in zip(rows, saved, strict=True)}


def _currencies(company: Company) -> dict[str, UUID]:
    from tallystick.financials.queries import ids_by_code

    ids = ids_by_code(company, "currency", ["EUR"])  # made with the company
    foreign = [row for row in CURRENCIES if row[0] not in ids]
    save(company, "currency", [Update(ids[row[0]], _currency(row)) for row in CURRENCIES if row[0] in ids])
    saved = save(company, "currency", [Insert(_currency(row) | {"code": row[0]}) for row in foreign])
    ids |= {row[0]: id for row, id in zip(foreign, saved, strict=True)}
    rates = [
        Insert(
            {
                "currency_code": ids[code],
                "starting_date": date(2025, 1, 1),
                "exchange_rate_amount": Decimal(amount),
                "relational_exch_rate_amount": Decimal(worth),
            }
        )
        for code, _, _, _, amount, worth in foreign
    ]
    save(company, "exchange-rate", rates)
    return ids


def _currency(row: tuple[str, str, str, int, str, str]) -> dict[str, object]:
    _, description, symbol, places, *_ = row
    return {"description": description, "symbol": symbol, "amount_decimal_places": places}


def _items(company: Company, codes: Codes) -> list[UUID]:
    """Create the items with their units; return their ids in the order of the goods."""
    units = codes["unit-of-measure"]
    rows = [
        {
            "description": good.description,
            "base_unit_of_measure": units[good.base_unit],
            "unit_price": Decimal(good.price),
            "unit_cost": goods.cost_of(good, place),
            "gross_weight": Decimal(good.weight) * Decimal("1.05"),
            "net_weight": Decimal(good.weight),
            "unit_volume": Decimal(good.volume) / 1000,
            "product_posting_group": codes["product-posting-group"]["GOODS"],
            "vat_product_posting_group": codes["vat-product-posting-group"][
                "REDUCED" if good.base_unit in FOOD else "STANDARD"
            ],
            "vendor_no": goods.VENDORS[place % len(goods.VENDORS)],
            "vendor_item_no": f"{place * 37 % 900 + 100}-{place:03d}",
            "blocked": place % 29 == 28,
        }
        for place, good in enumerate(goods.GOODS)
    ]
    saved = save(company, "item", [Insert(row) for row in rows])
    more = [
        {"item_no": id, "unit_of_measure_code": units[unit], "qty_per_unit_of_measure": count}
        for good, id in zip(goods.GOODS, saved, strict=True)
        for unit, count in goods.units_of(good.base_unit, good.larger, good.of_larger)
    ]
    save(company, "item-unit-of-measure", [Insert(row) for row in more])
    return saved


def _stock(company: Company, items: Sequence[UUID]) -> None:
    """Bring goods in, take some out again, and leave a few items without any; blocked ones have none."""
    known = [(place, item) for place, item in enumerate(items) if place % 29 != 28 and place % 13 != 12]
    opening = [
        JournalLine(item, EntryType.POSITIVE_ADJUSTMENT, Decimal(40 + place * 37 % 460), document_no="OPENING")
        for place, item in known
    ]
    counted = [
        JournalLine(item, EntryType.NEGATIVE_ADJUSTMENT, Decimal(1 + place % 5), document_no="COUNT-01")
        for place, item in known[::4]
    ]
    post_item_journal(company, opening, posting_date=date(2025, 1, 1))
    post_item_journal(company, counted, posting_date=date(2025, 1, 31))


def _price_lists(company: Company, codes: Codes, items: Sequence[UUID]) -> None:
    headers = [
        {
            "description": terms.description,
            "source_type": terms.source_type,
            "customer_price_group": codes["customer-price-group"].get(terms.group),
            "currency_code": codes["currency"].get(terms.currency),
            "starting_date": terms.starting_date,
            "ending_date": terms.ending_date,
        }
        for terms in goods.PRICE_LISTS
    ]
    lists = save(company, "price-list", [Insert(header) for header in headers])
    for id, terms in zip(lists, goods.PRICE_LISTS, strict=True):
        lines = list(_price_lines(codes, items, id, terms))
        save(company, "price-list-line", [Insert(line) for line in lines])
    statuses = [Update(id, {"status": terms.status}) for id, terms in zip(lists, goods.PRICE_LISTS, strict=True)]
    save(company, "price-list", statuses)


def _price_lines(
    codes: Codes, items: Sequence[UUID], price_list: UUID, terms: goods.Prices
) -> Iterator[dict[str, object]]:
    units = codes["unit-of-measure"]
    for good, item in list(zip(goods.GOODS, items, strict=True))[:: terms.every]:
        line = {"price_list_code": price_list, "item_no": item}
        yield {**line, "unit_of_measure_code": units[good.base_unit], "unit_price": goods.price_of(good, terms)}
        if terms.off:
            larger = {"unit_of_measure_code": units[good.larger], "unit_price": goods.larger_price_of(good, terms)}
            yield {**line, **larger}


def _resources(company: Company, codes: Codes) -> None:
    units = codes["unit-of-measure"]
    rows = [
        {
            "name": skill.name,
            "type": skill.type,
            "base_unit_of_measure": units[skill.base_unit],
            "unit_price": Decimal(skill.price),
            "unit_cost": Decimal(skill.cost),
            "capacity": Decimal(skill.capacity),
            "product_posting_group": codes["product-posting-group"]["SERVICES"],
        }
        for skill in goods.RESOURCES
    ]
    saved = save(company, "resource", [Insert(row) for row in rows])
    more = [
        {"resource_no": id, "unit_of_measure_code": units[unit], "qty_per_unit_of_measure": count}
        for skill, id in zip(goods.RESOURCES, saved, strict=True)
        for unit, count in goods.units_of(skill.base_unit, skill.larger, skill.of_larger)
    ]
    save(company, "resource-unit-of-measure", [Insert(row) for row in more])


def _customer(codes: Codes, place: int, business: Business) -> dict[str, object]:
    salespeople = list(codes["salesperson"].values())
    terms = list(codes["payment-terms"].values())
    methods = list(codes["shipment-method"].values())
    agents = list(codes["shipping-agent"].values())
    return {
        **_address(codes, business),
        "name": business.name,
        "phone_no": business.phone_no,
        "email": business.email,
        "home_page": business.home_page,
        "blocked": BLOCKED[place % len(BLOCKED)],
        "currency_code": codes["currency"].get(business.currency),
        "customer_posting_group": codes["customer-posting-group"][
            "DOMESTIC" if business.country == "DE" else "FOREIGN"
        ],
        "vat_business_posting_group": codes["vat-business-posting-group"][_vat_group(business)],
        "customer_price_group": _price_group(codes, place, business),
        "salesperson_code": salespeople[place % len(salespeople)],
        "credit_limit": Decimal(place % 9) * 2500,
        "payment_terms_code": terms[place % len(terms)] if place % 11 else None,
        "shipment_method_code": methods[place % len(methods)] if place % 7 else None,
        "shipping_agent_code": agents[place % len(agents)] if place % 5 else None,
    }


def _vat_group(business: Business) -> str:
    if business.country == "DE":
        return "DOMESTIC"
    return "EU" if business.country in EUROPEAN_UNION else "EXPORT"


def _price_group(codes: Codes, place: int, business: Business) -> UUID | None:
    groups = codes["customer-price-group"]
    if business.currency in ("USD", "AED", "JPY", "CNY"):
        return groups["EXPORT"]
    return groups["KEY"] if place % 17 == 0 else groups["TRADE"] if place % 3 == 0 else None


def _address(codes: Codes, business: Business) -> dict[str, object]:
    return {
        "address": business.address,
        "post_code": business.post_code,
        "city": business.city,
        "county": business.county,
        "country_code": codes["country"][business.country],
    }


def _people(company: Company, codes: Codes, buyers: Sequence[Business], saved: Sequence[UUID]) -> None:
    """The persons of the customers, and for most customers who of them to ask first."""
    employers = dict(BusinessRelation.objects.filter(company=company).values_list("customer_id", "contact_id"))
    writes = []
    of_customer = []
    for place, (business, customer) in enumerate(zip(buyers, saved, strict=True)):
        if BLOCKED[place % len(BLOCKED)]:
            continue
        for person in _persons(codes, place, business, employers[customer]):
            writes.append(person)
            of_customer.append(customer)
    first: dict[UUID, UUID] = {}
    for customer, person_id in zip(of_customer, save(company, "contact", writes), strict=True):
        first.setdefault(customer, person_id)
    chosen = [(customer, person) for n, (customer, person) in enumerate(first.items()) if n % 3]
    save(company, "customer", [Update(customer, {"primary_contact_no": person}) for customer, person in chosen])


def _persons(codes: Codes, place: int, business: Business, employer: UUID) -> list[Insert]:
    salespeople = list(codes["salesperson"].values())
    return [
        Insert(
            {
                **_address(codes, business),
                "type": "Person",
                "company_no": employer,
                "first_name": person.first_name,
                "surname": person.surname,
                "email": person.email,
                "phone_no": person.phone_no,
                "mobile_phone_no": person.mobile_phone_no,
                "job_title": person.job_title,
                "salesperson_code": salespeople[place % len(salespeople)],
                "currency_code": codes["currency"].get(business.currency),
            }
        )
        for person in business.persons
    ]


def _prospects(company: Company, codes: Codes, businesses: Sequence[Business]) -> None:
    """Company contacts that are no customers, with their persons: the integration has nothing to do with them."""
    writes = [
        Insert({**_address(codes, b), "type": "Company", "name": b.name, "phone_no": b.phone_no, "email": b.email})
        for b in businesses
    ]
    salespeople = cycle(range(len(codes["salesperson"])))
    for business, employer in zip(businesses, save(company, "contact", writes), strict=True):
        save(company, "contact", _persons(codes, next(salespeople), business, employer))
