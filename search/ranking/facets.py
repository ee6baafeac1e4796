"""Filters with counts: how many of the found moments each choice would leave. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from search.ranking.filters import Filters
from search.ranking.moments import Moment

SHOWN = 10
"""Choices of one kind that are listed; chosen ones always are."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter with the number of moments that have it."""

    value: str | int
    label: str
    count: int
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """One filter: its name in the address, its title, its choices (most first)."""

    name: str
    title: str
    choices: tuple[Choice, ...]

    @property
    def has_chosen(self) -> bool:
        """Whether something of it is chosen."""
        return any(choice.is_chosen for choice in self.choices)


@dataclass(frozen=True, slots=True)
class AssetLabel:
    """What facets and answers say about an asset."""

    asset_id: int
    name: str
    library_slug: str
    library_name: str
    is_sample: bool
    camera_id: int | None
    camera_name: str
    is_playable: bool


TITLES = {
    "library": "Library",
    "camera": "Camera",
    "identity": "People",
    "scene": "Place",
    "colour": "Clothes",
}
TOGETHER = "Seen together"
"""Shown once somebody was chosen (a person's page leads here): else it would repeat "People"."""

_OF_PEOPLE = frozenset({"identity", "together"})


def count_facets(
    moments: Iterable[Moment],
    assets: Mapping[int, AssetLabel],
    people: Mapping[int, str],
    filters: Filters,
) -> tuple[Facet, ...]:
    """Exact counts over all found moments, not over the page that is shown."""
    titles = TITLES | ({"together": TOGETHER} if filters.together else {})
    counters: dict[str, Counter[str | int]] = {name: Counter() for name in titles}
    labels: dict[tuple[str, str | int], str] = {}
    named = Counter(people.values())
    for moment in moments:
        asset = assets.get(moment.asset_id)
        if asset is None:
            continue
        for name, value, label in _values(moment, asset, people):
            if name not in titles:
                continue
            counters[name][value] += 1
            # Each library has its person 1.
            is_shared = name in _OF_PEOPLE and named[label] > 1
            labels[name, value] = f"{label} · {asset.library_name}" if is_shared else label
    return tuple(
        Facet(
            name,
            title,
            _choices(counters[name], getattr(filters, name), _labeller(name, labels)),
        )
        for name, title in titles.items()
    )


def _values(
    moment: Moment, asset: AssetLabel, people: Mapping[int, str]
) -> Iterable[tuple[str, str | int, str]]:
    yield "library", asset.library_slug, asset.library_name
    if asset.camera_id is not None:
        yield "camera", asset.camera_id, asset.camera_name
    for pk in moment.identity_ids:
        if pk in people:
            yield "identity", pk, people[pk]
            yield "together", pk, people[pk]
    if moment.scene:
        yield "scene", moment.scene, moment.scene
    for colour in moment.colours:
        yield "colour", colour, colour


def _labeller(name: str, labels: Mapping[tuple[str, str | int], str]) -> Callable[[str | int], str]:
    return lambda value: labels.get((name, value), str(value))


def _choices(
    counter: Counter[str | int],
    chosen: Sequence[str | int],
    label: Callable[[str | int], str],
) -> tuple[Choice, ...]:
    ranked = sorted(counter.items(), key=lambda item: (-item[1], label(item[0])))
    shown = [Choice(v, label(v), n, v in chosen) for v, n in ranked]
    kept = [c for i, c in enumerate(shown) if i < SHOWN or c.is_chosen]
    gone = [Choice(v, label(v), 0, True) for v in chosen if v not in counter]
    return (*kept, *gone)
