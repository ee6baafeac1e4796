"""Filters with counts: how many of the found moments each choice would leave. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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


def count_facets(
    moments: Iterable[Moment],
    assets: Mapping[int, AssetLabel],
    people: Mapping[int, str],
    filters: Filters,
) -> tuple[Facet, ...]:
    """Exact counts over all found moments, not over the page that is shown."""
    counted = _Counted(people, assets)
    for moment in moments:
        if moment.asset_id in assets:
            counted.add(moment)
    titles = TITLES | ({"together": TOGETHER} if filters.together else {})
    return tuple(
        Facet(name, title, _choices(*counted.of(name), getattr(filters, name)))
        for name, title in titles.items()
    )


class _Counted:
    """How many moments have each value; libraries and cameras are counted by their assets."""

    def __init__(self, people: Mapping[int, str], assets: Mapping[int, AssetLabel]) -> None:
        self._people, self._assets = people, assets
        self._named = Counter(people.values())
        self._of_asset: Counter[int] = Counter()
        self._of_person: Counter[str | int] = Counter()
        self._person_labels: dict[str | int, str] = {}
        self._scenes: Counter[str | int] = Counter()
        self._colours: Counter[str | int] = Counter()

    def add(self, moment: Moment) -> None:
        """Count a moment of an asset that is known."""
        self._of_asset[moment.asset_id] += 1
        for pk in moment.identity_ids:
            if pk in self._people:
                self._of_person[pk] += 1
                self._person_labels[pk] = self._label_of(pk, moment)
        if moment.scene:
            self._scenes[moment.scene] += 1
        for colour in moment.colours:
            self._colours[colour] += 1

    def _label_of(self, pk: int, moment: Moment) -> str:
        """A person's name. Each library has its person 1: those are told apart by it."""
        name = self._people[pk]
        is_shared = self._named[name] > 1
        return f"{name} · {self._assets[moment.asset_id].library_name}" if is_shared else name

    def of(self, name: str) -> tuple[Counter[str | int], Mapping[str | int, str]]:
        """Values of a filter with their counts, and what the values are called."""
        if name in ("identity", "together"):
            return self._of_person, self._person_labels
        if name == "scene":
            return self._scenes, {}
        if name == "colour":
            return self._colours, {}
        counter: Counter[str | int] = Counter()
        labels: dict[str | int, str] = {}
        for pk, count in self._of_asset.items():
            asset = self._assets[pk]
            if name == "library":
                counter[asset.library_slug] += count
                labels[asset.library_slug] = asset.library_name
            elif asset.camera_id is not None:
                counter[asset.camera_id] += count
                labels[asset.camera_id] = asset.camera_name
        return counter, labels


def _choices(
    counter: Counter[str | int], labels: Mapping[str | int, str], chosen: Sequence[str | int]
) -> tuple[Choice, ...]:
    named = [(-count, labels.get(value, str(value)), value) for value, count in counter.items()]
    ranked = sorted(named, key=lambda item: item[:2])
    kept = [
        Choice(value, label, -count, value in chosen)
        for i, (count, label, value) in enumerate(ranked)
        if i < SHOWN or value in chosen
    ]
    gone = [Choice(v, labels.get(v, str(v)), 0, True) for v in chosen if v not in counter]
    return (*kept, *gone)
