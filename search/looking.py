"""Which words of a question nothing fixed answers, and what pictures were looked at for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.models import Keyframe, Library
from ingest.selectors import libraries_for
from recognition.engine.errors import BadValue
from recognition.models import Track
from recognition.seeing.looking import MOST_WORDS, words_of
from search.errors import NothingAsked
from search.finder import SearchResult
from search.models import Check
from search.query.parsing import Kind, Part
from search.services.checks import MOST_AT_ONCE, checks_of, clean_words, looker


@dataclass(frozen=True, slots=True)
class Looking:
    """What the page offers: ``network`` is empty where none is at work; ``words`` between commas;
    ``keyframes`` what one press looks at; ``checks`` what is known, by keyframe."""

    network: str
    words: str
    keyframes: tuple[int, ...]
    checks: Mapping[int, Check]

    @property
    def seen(self) -> int:
        """In how many moments something was seen."""
        return sum(bool(check.seen) for check in self.checks.values())

    @property
    def waiting(self) -> int:
        """How many moments are still to be looked at."""
        return sum(check.state == Check.State.QUEUED for check in self.checks.values())

    @property
    def failed(self) -> int:
        """How many moments could not be looked at."""
        return sum(check.state == Check.State.FAILED for check in self.checks.values())


def looking_for(result: SearchResult, asked: str = "") -> Looking | None:
    """The offer for an answer; None where there is nothing to look at or for.

    ``asked``: words that somebody chose instead of the question's own.
    """
    shown = [found.moment.keyframe_id for found in result.moments]
    keyframes = tuple(dict.fromkeys(pk for pk in shown if pk is not None))
    if result.state != "found" or not keyframes:
        return None
    words = _cleaned(asked) or ", ".join(uncovered_words(result))
    if not words:
        return None
    network = looker()
    return Looking(
        network=network.name if network else "",
        words=words,
        keyframes=keyframes[:MOST_AT_ONCE],
        checks=checks_of(keyframes, words, network),
    )


def looked_at(user: Any, keyframe_ids: Sequence[int], words: str) -> Looking:
    """What is known of keyframes for (clean) words; those that are not the user's are left out."""
    network = looker()
    own = Keyframe.objects.filter(pk__in=keyframe_ids, asset__library__in=libraries_for(user))
    checks = checks_of(tuple(own.values_list("pk", flat=True)), words, network)
    return Looking(network.name if network else "", words, (), checks)


def uncovered_words(result: SearchResult) -> tuple[str, ...]:
    """The things of a question that no fixed class has found in these libraries."""
    parts = [part for part in result.parsed.understood if not part.negated]
    labels = {label for part in parts for label in part.labels}
    known = _known_labels(labels, result) if labels else set()
    named = dict.fromkeys(word for part in parts for word in _things(part, known))
    return tuple(named)[:MOST_WORDS]


def _things(part: Part, known: set[str]) -> Iterator[str]:
    texts = [part.phrase] if part.kind is Kind.FREE else []
    texts += [label for label in part.labels if label not in known]
    for text in texts:
        try:
            yield from words_of(text)
        except BadValue:
            continue  # nothing that a picture could show


def _known_labels(labels: set[str], result: SearchResult) -> set[str]:
    """Labels that some track of the answers' libraries bears."""
    slugs = {found.asset.library_slug for found in result.moments}
    libraries = Library.objects.filter(slug__in=slugs)
    tracks = Track.objects.filter(label__in=labels, asset__library__in=libraries)
    return set(tracks.order_by().values_list("label", flat=True).distinct())


def _cleaned(asked: str) -> str:
    try:
        return clean_words(asked.replace("\x00", "")[:600])
    except NothingAsked:
        return ""
