"""What somebody carries, with its colour: things that are seen while the person is. Pure.

Nothing tells whose a thing is but that it is there at the same time. That is enough to find by;
to rule out, nobody else may be there while the thing is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from search.query.types import THING_OF, Part, Want
from search.ranking.facts import ShotFacts, TrackFacts
from search.ranking.matching import (
    KNOWN_FROM,
    THING_COLOUR,
    Judged,
    Match,
    Matcher,
    PartMatcher,
    Verdict,
    is_refuted,
    is_surely,
    judge,
    speaks_for,
)
from search.ranking.seen import people_in, span_of
from search.ranking.spans import shared


class PersonMatcher:
    """All that a part says of a person and of what they carry, held against many tracks."""

    def __init__(self, part: Part) -> None:
        self._matcher = PartMatcher(part)
        # By its colour alone: what is asked of the person has another topic.
        self._of_things = [
            (want, frozenset(want.labels), Matcher(replace(want, topic=THING_COLOUR)))
            for want in part.wants
            if want.topic == THING_OF
        ]
        self._must_not_be = part.negated

    def of(self, shot: ShotFacts, track: TrackFacts) -> list[Match]:
        """What is known of a person of a shot about each want and action."""
        found = self._matcher.of(track)
        if not self._of_things:
            return found
        told = self.of_things(shot, track)
        return [*(m for m in found if m.want.topic != THING_OF), *told]

    def of_things(self, shot: ShotFacts, track: TrackFacts) -> list[Match]:
        """What is known about the wants of things' colours alone. Of a red and white bag one
        colour is read: the other is then no contradiction."""
        found = [
            self._of_thing(want, labels, matcher, shot, track)
            for want, labels, matcher in self._of_things
        ]
        read = {m.want.labels for m in found if speaks_for(m)}
        return [m for m in found if not (is_refuted(m) and m.want.labels in read)]

    def is_surely(self, shot: ShotFacts, track: TrackFacts) -> bool:
        """Whether somebody is surely all that must not be there. Who has the red bag that is asked
        for has a bag."""
        found = self.of(shot, track)
        if self._of_things:
            found = [m for m in found if m.want.topic != "carried" or m.want.negated]
        return is_surely(found)

    def _of_thing(
        self,
        want: Want,
        labels: frozenset[str],
        matcher: Matcher,
        shot: ShotFacts,
        track: TrackFacts,
    ) -> Match:
        """Yes where a thing beside the person was read so; no where each has another colour."""
        things = list(_beside(shot, track, labels))
        if want.negated or self._must_not_be:
            others = [t for t in people_in(shot) if t is not track]
            sole = [t for t in things if not any(_together(t, other) for other in others)]
        else:
            sole = things
        said = [(matcher.of(thing), thing) for thing in sole]
        is_so = [(m, thing) for m, thing in said if m.verdict is Verdict.YES]
        if is_so:
            best, thing = max(is_so, key=lambda one: one[0].confidence)
            return Match(want, Verdict.YES, best.confidence, f"{best.words} {thing.label}")
        is_other = [matcher.of(thing) for thing in things]
        if things and all(_is_surely_other(m) for m in is_other):
            # The least sure of them may be what was asked for.
            least = min(is_other, key=lambda m: m.confidence)
            return Match(want, Verdict.NO, least.confidence, least.words)
        return Match(want, Verdict.UNKNOWN, 0.0, "")


def _is_surely_other(found: Match) -> bool:
    return found.verdict is Verdict.NO and found.confidence >= KNOWN_FROM


def _beside(shot: ShotFacts, track: TrackFacts, labels: frozenset[str]) -> Iterator[TrackFacts]:
    """The things of some labels that are seen while somebody is."""
    return (t for t in shot.tracks if t.label in labels and _together(t, track))


def _together(one: TrackFacts, other: TrackFacts) -> bool:
    return shared(span_of(one), span_of(other)) > 0


def colour_words(matches: Sequence[Match]) -> list[str]:
    """How the things are called whose colour was read as it was asked for: "red handbag"."""
    return [m.words for m in matches if m.want.topic == THING_OF and speaks_for(m)]


def labels_of_others(matches: Sequence[Match]) -> frozenset[str]:
    """Labels of things that are surely others than those asked for: a blue bag is no red one."""
    refuted = (m.want.labels for m in matches if m.want.topic == THING_OF and is_refuted(m))
    return frozenset(label for labels in refuted for label in labels)


def weight_of(matches: Sequence[Match], judged: Judged) -> float:
    """How readings speak for or against somebody (``Judged.weight``) with what they carry: a thing
    has a picture of its own, so that its reading errs on its own and counts beside theirs."""
    of_things = [m for m in matches if m.want.topic == THING_OF]
    if not of_things:
        return judged.weight
    own = [m for m in matches if m.want.topic != THING_OF]
    return judge(own).weight + judge(of_things).weight
