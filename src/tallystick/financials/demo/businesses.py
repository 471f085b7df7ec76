"""Makes up businesses and people from the word lists: distinct, plausible, and the same for the same seed."""

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from tallystick.financials.demo.locales import LOCALES, Locale

PERSONS_AT_MOST = 4
_SPELLED = {"ß": "ss", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "œ": "oe", "Œ": "oe"}  # not made of letter and mark


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works for a business."""

    first_name: str
    surname: str
    email: str
    phone_no: str
    mobile_phone_no: str
    job_title: str


@dataclass(frozen=True, slots=True)
class Business:
    """An invented company with its address and people."""

    name: str
    country: str
    currency: str
    address: str
    post_code: str
    city: str
    county: str
    phone_no: str
    email: str
    home_page: str
    persons: tuple[Person, ...]


JOB_TITLES = ("Purchasing Manager", "Managing Director", "Accountant", "Warehouse Manager", "Assistant", "Engineer", "")


def customers(seed: int) -> list[Business]:
    """Return the businesses that are customers, from all countries mixed: 600 of them."""
    return _mixed(seed, [business for locale in LOCALES for business in _of(locale, seed, skip=0, take=locale.weight)])


def strangers(seed: int) -> list[Business]:
    """Return businesses that are not among the customers: 150 of them."""
    return _mixed(seed, [business for place in LOCALES for business in _of(place, seed, skip=place.weight, take=10)])


def _mixed(seed: int, businesses: list[Business]) -> list[Business]:
    _chance(seed, "order").shuffle(businesses)
    return businesses


def _chance(seed: int, purpose: str) -> random.Random:
    return random.Random(f"{seed}/{purpose}")  # noqa: S311  # made-up names, no secrets


def _of(locale: Locale, seed: int, *, skip: int, take: int) -> Iterator[Business]:
    names = list(product(locale.stems, locale.trades))
    _chance(seed, f"names {locale.country}").shuffle(names)
    for place, (stem, trade) in enumerate(names[skip : skip + take], start=skip):
        yield _business(locale, stem, trade, _chance(seed, f"{locale.country} {place}"))


def _business(locale: Locale, stem: str, trade: str, chance: random.Random) -> Business:
    domain = f"{_plain(stem)}-{_plain(trade)}.{locale.country.lower()}.example"
    city, post_code, county = chance.choice(locale.cities)
    area = chance.randint(20, 99)
    return Business(
        name=locale.pattern.format(stem=_native(stem), trade=_native(trade)),
        country=locale.country,
        currency=locale.currency,
        address=locale.street_pattern.format(street=chance.choice(locale.streets), number=chance.randint(1, 180)),
        post_code=post_code,
        city=city,
        county=county,
        phone_no=_phone(locale, area, chance),
        email=f"office@{domain}",
        home_page=f"https://www.{domain}",
        persons=tuple(_persons(locale, domain, area, chance)),
    )


def _persons(locale: Locale, domain: str, area: int, chance: random.Random) -> Iterator[Person]:
    names = list(product(locale.first_names, locale.surnames))
    for first, last in chance.sample(names, chance.choices(range(PERSONS_AT_MOST + 1), (10, 35, 30, 15, 10))[0]):
        yield Person(
            _native(first),
            _native(last),
            email=f"{_plain(first)}.{_plain(last)}@{domain}",
            phone_no=_phone(locale, area, chance),
            mobile_phone_no=_phone(locale, 100 + area, chance) if chance.random() < 0.5 else "",
            job_title=chance.choice(JOB_TITLES),
        )


def _phone(locale: Locale, area: int, chance: random.Random) -> str:
    return locale.phone.format(area=area, number=f"{chance.randint(1_000_000, 9_999_999)}")


def _native(word: str) -> str:
    return word.partition("|")[0]


def _plain(word: str) -> str:
    """Return the Latin letters of a word, for addresses on the internet."""
    latin = word.partition("|")[2] or word
    spelled = "".join(_SPELLED.get(letter, letter) for letter in latin)
    stripped = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode("ascii").lower()
    return "".join(letter for letter in stripped if letter.isalnum())
