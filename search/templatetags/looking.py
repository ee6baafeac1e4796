"""What was seen in a moment, for its card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django import template
from django.template import Context
from django.template.loader import get_template
from django.utils.safestring import SafeString

from search.looking import Looking
from search.models import Check
from search.presenting import Card

register = template.Library()
FAR, NEAR = 0.6, 0.12
"""From where on a word ends at the box's right edge, or stands in the box. By eye."""


@dataclass(frozen=True, slots=True)
class Line:
    """A word: ``confidence`` of the surest box, as text; empty where it was not seen."""

    word: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Rect:
    """A box as SVG's attributes, in shares of the picture, and where its word stands: over the
    box where there is room, else in it; at its right edge where it would leave the picture."""

    word: str
    x: str
    y: str
    width: str
    height: str
    text_x: str
    text_dx: str
    text_dy: str
    anchor: str


@register.simple_tag
def check_of(looking: Looking, keyframe_id: int) -> Check | None:
    """What is known of a keyframe."""
    return looking.checks.get(keyframe_id)


@register.simple_tag(takes_context=True)
def looked_at(context: Context, cards: Sequence[Card]) -> dict[int | None, SafeString]:
    """What was looked for in each card's picture, or the button for it; empty without a picture."""
    written = get_template("search/_check_slot.html").template  # type: ignore[attr-defined]
    slots: dict[int | None, SafeString] = {None: SafeString("")}
    for card in cards:
        with context.push(moment=card.moment):
            slots[card.moment.keyframe_id] = written.render(context)
    return slots


@register.filter
def lines(check: Check) -> list[Line]:
    """Each word that was looked for, and how surely it was seen."""
    best: dict[str, float] = {}
    for seen in check.seen:
        best[seen["word"]] = max(best.get(seen["word"], 0.0), float(seen["confidence"]))
    words = dict.fromkeys([*check.words.split(", "), *best])
    return [Line(word, f"{best[word]:.2f}" if word in best else "") for word in words]


@register.filter
def rects(check: Check) -> list[Rect]:
    """The boxes of a check."""
    return [_rect(seen["word"], *seen["box"]) for seen in check.seen]


def _rect(word: str, left: float, top: float, right: float, low: float) -> Rect:
    is_far = left > FAR
    return Rect(
        word,
        _share(left),
        _share(top),
        _share(max(0.0, right - left)),
        _share(max(0.0, low - top)),
        text_x=_share(right if is_far else left),
        text_dx="-4" if is_far else "4",
        text_dy="-5" if top > NEAR else "14",
        anchor="end" if is_far else "start",
    )


def _share(of: float) -> str:
    return f"{of * 100:.2f}%"
