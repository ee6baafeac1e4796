"""A search result in the words and addresses of the page. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ingest.templatetags.everyid import clock, plain_seconds
from search.finder import DEEPEST, PAGE, FoundMoment, SearchResult
from search.forms import Asked
from search.query.editing import EditMenu, menus_of
from search.query.parsing import Kind, Part, Want
from search.query.times import Measured
from search.ranking.facets import AssetLabel, Choice, Facet
from search.ranking.filters import Addresses, Filters, address
from search.ranking.moments import Moment, Why
from search.ranking.scores import Band

_KINDS = {
    Kind.PERSON: "person",
    Kind.OBJECT: "thing",
    Kind.PLACE: "place",
    Kind.SETTING: "setting",
    Kind.LIGHT: "light",
    Kind.QUOTED: "words",
    Kind.IDENTITY: "who",
    Kind.CAMERA: "camera",
    Kind.LIBRARY: "library",
    Kind.WHEN: "recorded",
    Kind.LENGTH: "lasting",
    Kind.ORDER: "order",
    Kind.FREE: "by likeness",
}
_SOURCES = {
    "object": "thing",
    "track": "person",
    "scene": "place",
    "text": "description",
    "identity": "who",
    "absent": "without",
}


@dataclass(frozen=True, slots=True)
class EditLink:
    """A choice in a chip's menu."""

    label: str
    address: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ChipMenu:
    """What a chip's menu offers for one thing that the part says."""

    kind: str
    title: str
    links: tuple[EditLink, ...]


@dataclass(frozen=True, slots=True)
class PartChip:
    """An understood part above the answers; ``address`` is the search without it, ``rest`` the
    text of that search."""

    kind: str
    text: str
    said: str
    is_negated: bool
    is_unchecked: bool
    is_denial: bool
    is_either: bool
    address: str
    rest: str
    menus: tuple[ChipMenu, ...]


@dataclass(frozen=True, slots=True)
class FilterChoice:
    """A choice of a filter as a link that toggles it."""

    choice: Choice
    address: str


@dataclass(frozen=True, slots=True)
class FilterGroup:
    """One filter."""

    facet: Facet
    choices: tuple[FilterChoice, ...]


@dataclass(frozen=True, slots=True)
class Reasoning:
    """A line of *why*: the query's words, what matched, how well."""

    part: str
    source: str
    words: str
    strength: float
    band: Band

    @property
    def told(self) -> str:
        """The strength with two digits; a template's filter takes ten times as long."""
        return f"{self.strength:.2f}"


@dataclass(frozen=True, slots=True)
class Card:
    """A moment as a card.

    What would be worked out several times by filters and tags of the template stands here once:
    two dozen cards are half of the time that a page takes to write. ``start`` and ``end`` are
    seconds for addresses, ``times`` is for people, ``key`` names the moment in forms.
    """

    found: FoundMoment
    moment: Moment
    asset: AssetLabel
    band: str
    start: str
    end: str
    times: str
    key: str
    why: tuple[Reasoning, ...]
    more: tuple[Reasoning, ...]


@dataclass(frozen=True, slots=True)
class ExampleChip:
    """What was searched by; ``kind`` and ``key`` say what to show, ``address`` is without it."""

    kind: str
    key: str
    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the templates show of a result."""

    text: str
    chips: tuple[PartChip, ...]
    filters: tuple[FilterGroup, ...]
    hidden: tuple[tuple[str, str], ...]
    cards: tuple[Card, ...]
    is_weak: bool
    next_address: str
    deeper_address: str
    previous_address: str
    unfiltered: str
    has_sample: bool
    address: str
    example: ExampleChip | None


SHOWN_REASONS = 3


def page_of(result: SearchResult, asked: Asked) -> Page:
    """The page of a result."""
    text, filters = result.query_text, result.filters
    links = Addresses(text, filters)
    return Page(
        text=text,
        chips=tuple(_chip(part, result, links) for part in result.parsed.understood),
        filters=tuple(_group(facet, links) for facet in result.facets if _divides(facet)),
        hidden=tuple(filters.pairs()),
        cards=tuple(_card(found) for found in result.moments),
        is_weak=bool(result.moments)
        and result.state == "found"
        and not (result.parsed.is_empty and result.example is None)
        and all(found.moment.band is Band.WEAK for found in result.moments),
        next_address=_turn(result, asked, asked.offset + asked.limit),
        deeper_address=_deeper(result, asked),
        previous_address=_turn(result, asked, asked.offset - asked.limit),
        unfiltered=address(text, Filters(like=filters.like)) or "?" if filters.narrows else "",
        has_sample=any(found.asset.is_sample for found in result.moments),
        address=address(text, filters),
        example=_example(result),
    )


def _example(result: SearchResult) -> ExampleChip | None:
    if result.example is None:
        return None
    rest = address(result.query_text, result.filters.without("like")) or "?"
    return ExampleChip(*result.example.picture, result.example.label, rest)


def _chip(part: Part, result: SearchResult, links: Addresses) -> PartChip:
    rest = result.parsed.without(part)
    return PartChip(
        kind="either way" if part.idle and part.kind is Kind.FREE else _KINDS[part.kind],
        text=part.text,
        said=_said(part, result.today),
        is_negated=part.negated,
        is_unchecked=bool(result.moments) and part in result.unchecked,
        is_denial=part.negated or any(want.negated for want in part.wants),
        is_either=part.either,
        address=links.asking(rest) or "?",
        rest=rest,
        menus=tuple(_menu(menu, links) for menu in menus_of(result.parsed, part)),
    )


def _menu(menu: EditMenu, links: Addresses) -> ChipMenu:
    edits = (
        EditLink(edit.label, links.asking(edit.text) or "?", edit.is_chosen) for edit in menu.edits
    )
    return ChipMenu(menu.kind, menu.title, tuple(edits))


def _said(part: Part, today: date | None) -> str:
    """What was understood, where that is more than the words themselves."""
    said = [f"{wrong} → {right}" for wrong, right in part.corrected]
    if part.count is not None:
        said.append("nobody" if part.count.most == 0 else f"{part.count} at once")
    if part.when is not None and today is not None:
        said.append(part.when.said(today))
    if part.length is not None:
        said.append(f"{_MEASURED[part.length.of]} {part.length}")
    said += [_want(want) for want in part.wants if want.negated]
    said += [f"{words}: either way" for words in part.idle]
    return ", ".join(said)


def _want(want: Want) -> str:
    return f"not {want.words}" if want.topic in ("action", "colour") else f"no {want.words}"


_MEASURED = {
    Measured.MOMENT: "the moment:",
    Measured.SHOT: "the shot:",
    Measured.ASSET: "the whole clip:",
}


def _divides(facet: Facet) -> bool:
    """A filter with one choice is no choice; nor is the only library."""
    least = 2 if facet.name == "library" else 1
    return len(facet.choices) >= least or facet.has_chosen


def _group(facet: Facet, links: Addresses) -> FilterGroup:
    found = links.toggling(facet.name, [choice.value for choice in facet.choices])
    choices = zip(facet.choices, found, strict=True)
    return FilterGroup(facet, tuple(FilterChoice(c, at or "?") for c, at in choices))


def _card(found: FoundMoment) -> Card:
    lines = [_reasoning(why) for why in found.why]
    lines.sort(key=lambda line: -line.strength)
    moment, asset = found.moment, found.asset
    start = plain_seconds(found.start_s)
    return Card(
        found=found,
        moment=moment,
        asset=asset,
        band=str(moment.band),
        start=start,
        end=plain_seconds(found.end_s),
        times=f"{clock(found.start_s)}–{clock(found.end_s)}",
        key=f"{asset.asset_id}:{moment.start_pts}:{moment.end_pts}",
        why=tuple(lines[:SHOWN_REASONS]),
        more=tuple(lines[SHOWN_REASONS:]),
    )


def _reasoning(why: Why) -> Reasoning:
    return Reasoning(
        part=why.text,
        source=_SOURCES.get(why.reason.source, why.reason.source),
        words=why.reason.words,
        strength=why.reason.strength,
        band=why.band,
    )


def _turn(result: SearchResult, asked: Asked, offset: int) -> str:
    """The address of another page of answers; empty where there is none."""
    if offset >= min(result.total, DEEPEST) or offset <= -asked.limit:
        return ""
    return _at(result, asked, offset)


def _deeper(result: SearchResult, asked: Asked) -> str:
    """The address of what lies below the last moment, where more may be found by looking."""
    is_last = asked.offset < result.total <= asked.offset + asked.limit
    if not (result.goes_on and is_last and result.total < DEEPEST):
        return ""
    return _at(result, asked, result.total)


def _at(result: SearchResult, asked: Asked, offset: int) -> str:
    base = address(result.query_text, result.filters) or "?"
    joint = "" if base == "?" else "&"
    pages = [f"offset={offset}"] if offset > 0 else []
    pages += [f"limit={asked.limit}"] if asked.limit != PAGE else []
    return base + (joint + "&".join(pages) if pages else "")
