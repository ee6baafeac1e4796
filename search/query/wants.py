"""What a person phrase asks for, said of colours and clothes; alternatives put together. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from search.query.lexemes import Lexeme
from search.query.types import THING_OF, Want
from search.query.vocabulary import LABEL_GROUPS
from search.query.word_forms import is_lacking

_TOPICS = {"upper": "upper_colour", "lower": "lower_colour", "any": "colour"}
"""Where the colour of a garment is read, by the area that it covers."""


def colour_wants(
    topic: str, colours: Sequence[Lexeme], text: str, *, negated: bool = False, said: str = ""
) -> tuple[Want, ...]:
    """A want for each colour; for colours with "or" between them one, that any of them fulfils."""
    found: list[Want] = []
    for before, colour in zip((None, *colours), colours, strict=False):
        between = text[before.span[1] : colour.span[0]].strip().casefold() if before else ""
        denied = negated != is_lacking(colour.entry)
        if between in ("or", "/") and not denied and not found[-1].negated:
            last = found[-1]
            found[-1] = replace(
                last,
                values=(*last.values, colour.value),
                words=f"{last.words.removesuffix(said)} or {colour.typed}{said}",
                span=(last.span[0], colour.span[1]),
            )
        else:
            words = f"{colour.typed}{said}"
            found.append(Want(topic, (colour.value,), words, denied, colour.span))
    return tuple(found)


def topic_of(garment: Lexeme) -> str | None:
    """Where the colour of a garment is read; None where it is not."""
    return _TOPICS.get(garment.detail[0])


def garment_wants(
    garment: Lexeme, colours: Sequence[Lexeme], text: str, *, negated: bool
) -> list[Want]:
    """The colours of a garment, and the garment itself. Without a red coat, another may be."""
    topic, found = topic_of(garment), list[Want]()
    negated = negated != is_lacking(garment.entry)
    if topic:
        said = f" {garment.typed}"
        found += colour_wants(topic, colours, text, negated=negated, said=said)
    is_of_colour = any(not is_lacking(colour.entry) for colour in colours)
    if not (negated and is_of_colour) and garment.value != "clothes":
        want = Want("garment", (garment.value,), garment.typed, negated, garment.span)
        found.append(want)
    return found


def thing_wants(
    thing: Lexeme, colours: Sequence[Lexeme], text: str, *, negated: bool = False
) -> list[Want]:
    """The colours of a thing that somebody has: "with a red bag"."""
    said = f" {thing.typed}"
    wants = colour_wants(THING_OF, colours, text, negated=negated, said=said)
    return [replace(want, labels=labels_of(thing)) for want in wants]


def labels_of(thing: Lexeme) -> tuple[str, ...]:
    """What detectors may call a thing: a bag is a handbag, a backpack or a suitcase."""
    return LABEL_GROUPS.get(thing.value, (thing.value,))


def merge_choices(wants: Sequence[Want], known: int) -> list[Want]:
    """What came after "or" (from ``known`` on) is another value of what was asked before it."""
    earlier, others = list(wants[:known]), wants[known:]
    things = _last_thing(earlier)
    is_either = _is_carried(others) and _is_carried(things)
    if is_either and any(map(_is_of_thing, things)) is not any(map(_is_of_thing, others)):
        # "A red bag or an umbrella": an umbrella of any colour will do.
        earlier = [*earlier[: len(earlier) - len(things)], *_uncoloured(things)]
        known, others = len(earlier), _uncoloured(others)
    for want in others:
        last = next((i for i in reversed(range(known)) if _same_topic(earlier[i], want)), None)
        if last is None:
            earlier.append(want)
            known = len(earlier)
        else:
            values = dict.fromkeys((*earlier[last].values, *want.values))
            words = f"{earlier[last].words} or {want.words}"
            labels = tuple(dict.fromkeys((*earlier[last].labels, *want.labels)))
            earlier[last] = replace(earlier[last], values=tuple(values), words=words, labels=labels)
    return earlier


def _is_of_thing(want: Want) -> bool:
    return want.topic == THING_OF and not want.negated


def _is_carried(wants: Sequence[Want]) -> bool:
    return any(want.topic == "carried" and not want.negated for want in wants)


def _last_thing(wants: Sequence[Want]) -> list[Want]:
    """The wants at the end that are of one thing: that it is there, and its colours."""
    start = len(wants)
    while start and _is_of_thing(wants[start - 1]):
        start -= 1
    return list(wants[max(0, start - 1) :])


def _uncoloured(wants: Sequence[Want]) -> list[Want]:
    return [want for want in wants if not _is_of_thing(want)]


def _same_topic(one: Want, other: Want) -> bool:
    return one.topic == other.topic and not one.negated and not other.negated
