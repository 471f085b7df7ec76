"""What a caller asked for, found and written down."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute

from django.utils.http import parse_etags

from tallystick.odata import csdl, negotiation, payload
from tallystick.odata.access import Place
from tallystick.odata.edm import EntitySet
from tallystick.odata.errors import ODataError, not_found
from tallystick.odata.negotiation import DEFAULT_PAGE, TEXT, XML
from tallystick.odata.options import allow_only, next_query, options_in, texts_in
from tallystick.odata.paths import METADATA, SERVICE, Resource, literal_text
from tallystick.odata.payload import Writer
from tallystick.odata.reading import count_rows, read_one, read_page


@dataclass(frozen=True, slots=True)
class Question:
    """A request as far as it matters. `root` is the address of the service, ending in `/`; `query` is still escaped."""

    root: str
    query: str
    accept: str = ""
    prefer: str = ""
    if_none_match: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `row_count` is how many records it holds."""

    body: bytes
    content_type: str
    status: int = 200
    headers: Mapping[str, str] = attribute(default_factory=dict)
    row_count: int = 0


def refusal(error: ODataError) -> Reply:
    """The answer that says what went wrong."""
    return Reply(payload.error_body(error), "application/json", error.status, error.headers)


def answer(question: Question, resource: Resource, place: Place) -> Reply:
    """Answer the question. Raises `ODataError` for what cannot be answered. Four queries at most."""
    texts = texts_in(question.query)
    match resource:
        case Resource(name="$metadata"):
            allow_only(texts, "$format")
            negotiation.check_takes(question.accept, texts.get("$format", ""), XML)
            return Reply(csdl.metadata_document(list(place.sets.values())), XML)
        case Resource(name=""):
            allow_only(texts, "$format")
            format_ = negotiation.json_format(question.accept, texts.get("$format", ""))
            body = payload.service_document(question.root, list(place.sets.values()), format_)
            return Reply(body, format_.content_type)
    entity_set = place.sets[resource.name]
    if resource.counts:
        return _count(question, texts, entity_set, place)
    if resource.key:
        return _one(question, texts, entity_set, place, resource)
    return _page(question, texts, entity_set, place)


def is_of_a_set(resource: Resource) -> bool:
    """Whether the resource has records, which a role is needed for."""
    return resource.name not in (SERVICE, METADATA)


def _count(question: Question, texts: Mapping[str, str], entity_set: EntitySet, place: Place) -> Reply:
    allow_only(texts, "$filter", "$format")
    negotiation.check_takes(question.accept, texts.get("$format", ""), TEXT)
    count = count_rows(place.company, entity_set, options_in(texts, entity_set).filter)
    return Reply(str(count).encode(), TEXT)


def _one(
    question: Question, texts: Mapping[str, str], entity_set: EntitySet, place: Place, resource: Resource
) -> Reply:
    allow_only(texts, "$select", "$format")
    options = options_in(texts, entity_set)
    format_ = negotiation.json_format(question.accept, options.format)
    row = read_one(place.company, entity_set, resource.key, options.select)
    if row is None:
        key = ", ".join(map(literal_text, resource.key.values()))
        raise not_found(f"{entity_set.name} has no record {key}.")
    headers = {"ETag": row.etag} if row.etag else {}
    if row.etag and _is_known(row.etag, question.if_none_match):
        return Reply(b"", format_.content_type, 304, headers)
    writer = Writer(question.root, entity_set, format_, options.select)
    return Reply(writer.one(row), format_.content_type, headers=headers, row_count=1)


def _page(question: Question, texts: Mapping[str, str], entity_set: EntitySet, place: Place) -> Reply:
    options = options_in(texts, entity_set)
    format_ = negotiation.json_format(question.accept, options.format)
    preferred = negotiation.page_size(question.prefer)
    page = read_page(place.company, entity_set, options, page_size=preferred or DEFAULT_PAGE)
    link = ""
    if page.next_token:
        query = next_query(texts, skip_token=page.next_token, top=page.left)
        link = f"{question.root}{entity_set.name}?{query}"
    writer = Writer(question.root, entity_set, format_, options.select)
    applied = {"Preference-Applied": f"odata.maxpagesize={preferred}"} if preferred else {}
    return Reply(writer.page(page, link), format_.content_type, headers=applied, row_count=len(page.rows))


def _is_known(etag: str, if_none_match: str) -> bool:
    known = parse_etags(if_none_match[: negotiation.LONGEST_HEADER])
    return "*" in known or etag.removeprefix("W/") in {one.removeprefix("W/") for one in known}
