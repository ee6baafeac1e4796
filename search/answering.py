"""One question answered: the surest shots first, and what lies below when that is asked for.

A question to a large catalogue weighs a few hundred shots at first. Whoever turns the page beyond
their moments, and whoever asks something that rules most of them out, is answered from longer
lists; what was told above keeps its place, so that turning pages neither repeats nor leaves out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from search.query.parsing import Names, Query
from search.ranking.evidence import Evidence, gather
from search.ranking.facts import Found, ShotFacts
from search.ranking.filters import Filters
from search.ranking.moment_builder import ALWAYS, Built, build
from search.ranking.moments import Moment
from search.ranking.sequences import in_order
from search.retrieval.example_vectors import ExampleVector
from search.retrieval.gathering import LEVELS, Depth, Sources, retrieve
from search.retrieval.scope import Scope, apply_names
from search.retrieval.words import joint_space

AT_ONCE = 2
"""Levels that the first page may take. Further ones are for those who turn it."""

LEVELS_IN_ORDER = 3
"""Levels of questions with an order, whose steps are all weighed anew on each: a fourth took longer
than a browser waits (``evaluation.load``'s catalogue of a million)."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked besides the words, and where."""

    scope: Scope
    names: Names | None
    filters: Filters
    sources: Sources
    example: ExampleVector | None

    def of_step(self, step: Query) -> Scope:
        """The scope of one step: narrowed by the names in it."""
        scope = apply_names(self.scope, step, self.names) if self.names else self.scope
        return scope.settled()


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found for one step of a question, on one level."""

    query: Query
    found: Found
    evidence: Evidence
    built: Built

    @property
    def goes_on(self) -> bool:
        """Whether there may be more that answers, further down."""
        return self.found.is_capped and not self.built.is_exhausted


@dataclass(frozen=True, slots=True)
class Answered:
    """The moments of a question, best first, as far down as was looked.

    ``answers`` are those of its steps, on the first level; ``is_capped`` says that not every
    candidate was weighed; ``goes_on`` that looking further may bring more.
    """

    moments: list[Moment]
    answers: Sequence[Answer]
    is_capped: bool
    goes_on: bool
    builders: dict[int, Built]
    shots: Mapping[int, ShotFacts]

    def tell(self, moment: Moment) -> Moment:
        """The moment with why, poster and sentence."""
        built = self.builders.get(moment.shot_id)
        return built.tell(moment) if built else moment


def answer_question(query: Query, asking: Asking, *, wanted: int, levels: int) -> Answered:
    """At least ``wanted`` moments, if as many are found within so many levels."""
    steps = query.steps
    if len(steps) > 1:
        return _in_order(steps, asking, wanted, levels, query.text)
    return _in_depth(steps[0], asking, wanted, levels)


def _in_depth(step: Query, asking: Asking, wanted: int, levels: int) -> Answered:
    """Level by level, each for the shots that those above have not weighed."""
    scope = asking.of_step(step)
    answers: list[Answer] = []
    moments: list[Moment] = []
    builders: dict[int, Built] = {}
    for level in range(min(levels, LEVELS)):
        depth = Depth(level, frozenset(pk for answer in answers for pk in answer.found.shots))
        answers.append(_answer(step, scope, asking, depth))
        built = answers[-1].built
        moments += built.moments
        builders.update((moment.shot_id, built) for moment in built.moments)
        if len(moments) >= wanted or not answers[-1].goes_on:
            break
    last = answers[-1]
    return Answered(
        moments=moments,
        answers=answers[:1],
        is_capped=last.found.is_capped,
        goes_on=last.goes_on and len(answers) < LEVELS,
        builders=builders,
        shots={pk: shot for answer in answers for pk, shot in answer.found.shots.items()},
    )


def _in_order(
    steps: Sequence[Query], asking: Asking, wanted: int, levels: int, text: str
) -> Answered:
    """All steps as deep as one another, and anew on each level: any may follow on any."""
    scopes = [asking.of_step(step) for step in steps]
    for level in range(min(levels, LEVELS_IN_ORDER)):
        depth = Depth(level)
        answers = [
            _answer(step, scope, asking, depth, is_step=True)
            for step, scope in zip(steps, scopes, strict=True)
        ]
        shots = {pk: shot for answer in answers for pk, shot in answer.found.shots.items()}
        moments = in_order(_told_where_all_are(answers), shots, text)
        goes_on = any(answer.goes_on for answer in answers)
        if len(moments) >= wanted or not goes_on:
            break
    is_capped = any(answer.found.is_capped for answer in answers)
    return Answered(moments, answers, is_capped, goes_on and level + 1 < LEVELS_IN_ORDER, {}, shots)


def _told_where_all_are(answers: Sequence[Answer]) -> list[list[Moment]]:
    """The moments of each step in assets that have some of every step: no others make a chain."""
    assets = [{moment.asset_id for moment in answer.built.moments} for answer in answers]
    common = set.intersection(*assets)
    return [
        [a.built.tell(moment) for moment in a.built.moments if moment.asset_id in common]
        for a in answers
    ]


def _answer(
    step: Query, scope: Scope, asking: Asking, depth: Depth, *, is_step: bool = False
) -> Answer:
    if not asking.sources.structure:
        step = step.unstructured
    found = retrieve(
        step, scope, joint_space(), asking.sources, asking.example, depth=depth, is_step=is_step
    )
    evidence = gather(step, found)
    always = ALWAYS if depth.level == 0 or is_step else 0
    return Answer(step, found, evidence, build(step, found, evidence, asking.filters, always))
