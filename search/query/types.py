"""The typed question that a query becomes. Pure values, no Django."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from search.query.values import THING_OF, Count, Kind, Names, Part, TextSpan, Want

__all__ = [
    "PRONOUNS",
    "THING_OF",
    "Count",
    "Kind",
    "Names",
    "Part",
    "Query",
    "TextSpan",
    "Want",
]


@dataclass(frozen=True, slots=True)
class Query:
    """A question: the text as it was typed, and its parts in order."""

    text: str
    parts: tuple[Part, ...]

    @property
    def understood(self) -> tuple[Part, ...]:
        """The parts that are shown as chips: all but function words."""
        return tuple(part for part in self.parts if part.kind is not Kind.LINK)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked."""
        return not self.understood

    def of_kind(self, *kinds: Kind, negated: bool = False) -> tuple[Part, ...]:
        """Parts of some kinds, negated or not."""
        return tuple(p for p in self.parts if p.kind in kinds and p.negated is negated)

    @property
    def positive_text(self) -> str:
        """The text for the vectors: all but what was negated, names and times."""
        kept: list[str] = []
        for part in self.parts:
            if part.kind is Kind.LINK:
                kept += [part.phrase] if kept else []
            elif not part.negated:
                kept += [part.phrase] if part.phrase else []
        while kept and self.parts and kept[-1] in {p.phrase for p in self.of_kind(Kind.LINK)}:
            kept.pop()
        return " ".join(" ".join(kept).split())

    @property
    def spelled(self) -> str:
        """The text with its typos put right."""
        text = self.text
        for part in reversed(self.parts):
            for wrong, right in part.corrected:
                start, end = part.span
                there = text[start:end].casefold().find(wrong)
                if there >= 0:
                    at = start + there
                    text = text[:at] + right + text[at + len(wrong) :]
        return " ".join(text.split())

    @property
    def unstructured(self) -> Query:
        """The same without anything to check: people to be looked like, all else free text."""
        return replace(self, parts=tuple(_unstructured(part) for part in self.parts))

    @property
    def alternatives(self) -> tuple[tuple[int, ...], ...]:
        """Indices of the parts but links, those joined by "or" together."""
        groups: list[tuple[int, ...]] = []
        for index, part in enumerate(self.parts):
            if part.kind is Kind.LINK:
                continue
            if part.either and groups:
                groups[-1] = (*groups[-1], index)
            else:
                groups.append((index,))
        return tuple(groups)

    @property
    def steps(self) -> tuple[Query, ...]:
        """What has to happen one after another; only the query itself where no order is asked.

        A step that names nobody ("then sits down") is about the person of the step before it.
        Days, lengths, names of cameras and libraries hold for every step.
        """
        if not any(part.kind is Kind.ORDER for part in self.parts):
            return (self,)
        everywhere = tuple(p for p in self.parts if p.kind in _FOR_ALL)
        runs: list[list[Part]] = [[]]
        at = 0
        for part in self.parts:
            turn = part.opens or (part.value if part.kind is Kind.ORDER and any(runs) else "")
            if turn:
                at += turn != "after"
                runs.insert(at, [])
            if part.kind is not Kind.ORDER and part.kind not in _FOR_ALL:
                runs[at].append(part)
        kept = [run for run in runs if any(p.kind is not Kind.LINK for p in run)]
        return tuple(
            Query(self.text, (*self._with_subject(i, kept), *everywhere)) for i in range(len(kept))
        )

    def _with_subject(self, i: int, runs: Sequence[Sequence[Part]]) -> tuple[Part, ...]:
        """A step; where it names nobody, or says "he", what is done is done by who is named in the
        step before it, or else in another."""
        run = tuple(runs[i])
        unnamed = [p for p in run if p.kind is Kind.PERSON and p.value in ("", *PRONOUNS)]
        if not unnamed or any(_is_somebody(part) for part in run):
            return run
        others = [p for other in (*reversed(runs[:i]), *runs[i + 1 :]) for p in other]
        subject = next((p for p in others if _is_somebody(p) and _may_be(p, unnamed[0])), None)
        if subject is None:
            return run
        if subject.kind is Kind.IDENTITY:
            return (subject, *run)
        return tuple(self._of(subject, p) if p in unnamed else p for p in run)

    def _of(self, subject: Part, part: Part) -> Part:
        """A part without a noun of its own as the subject's."""
        implied = tuple(w for w in subject.wants if w.topic != "action")
        own = tuple(w for w in part.wants if w.span != (0, 0) or not part.value)
        noun = self.text[slice(*subject.noun_span)] if subject.noun_span else subject.value
        said = part.phrase.removeprefix(part.value).strip()
        return replace(part, value=subject.value, wants=(*implied, *own), phrase=f"{noun} {said}")

    def without(self, part: Part) -> str:
        """The query's text without one of its parts (and the function words that led to it)."""
        start, end = part.span
        position = self.parts.index(part)
        if position and self.parts[position - 1].kind in _JOINTS:
            start = self.parts[position - 1].span[0]
        elif position == 0 and len(self.parts) > 1 and self.parts[1].kind in _JOINTS:
            end = self.parts[1].span[1]
        left = self.text[:start].rstrip().rstrip(",;").rstrip()
        right = self.text[end:].lstrip().lstrip(",;").lstrip()
        joint = ", " if left and right and self._is_listed(start, end) else " "
        return " ".join(f"{left}{joint}{right}".split())

    def _is_listed(self, start: int, end: int) -> bool:
        """Whether commas part a piece of the text from both its neighbours."""
        before, after = self.text[:start].rstrip(), self.text[end:].lstrip()
        return before.endswith((",", ";")) or after.startswith((",", ";"))

    def with_words(self, span: TextSpan, words: str) -> str:
        """The query's text with other words at a span."""
        return " ".join(f"{self.text[: span[0]]} {words} {self.text[span[1] :]}".split()).replace(
            " ,", ","
        )


PRONOUNS = ("he", "she")
_FOR_ALL = (Kind.WHEN, Kind.LENGTH, Kind.CAMERA, Kind.LIBRARY)
_JOINTS = (Kind.LINK, Kind.ORDER)


_CHECKED = (Kind.OBJECT, Kind.SETTING, Kind.LIGHT)


def _unstructured(part: Part) -> Part:
    if part.kind is Kind.PERSON:
        return replace(part, wants=(), actions=(), labels=(), count=None)
    return replace(part, kind=Kind.FREE) if part.kind in _CHECKED else part


def _is_somebody(part: Part) -> bool:
    """Whether a part names somebody who can do something."""
    if part.kind is Kind.PERSON:
        return not part.negated and part.value not in ("", *PRONOUNS)
    return part.kind is Kind.IDENTITY and not part.negated


def _may_be(subject: Part, part: Part) -> bool:
    """Whether nothing that a pronoun says (he, she) speaks against the subject."""
    known = {w.topic: w.values for w in subject.wants if not w.negated}
    return all(known.get(w.topic, w.values) == w.values for w in part.wants if w.span == (0, 0))
