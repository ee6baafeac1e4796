"""What speaks for a track's identity, as a page tells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import exp

from django import template

register = template.Library()

# By kind: what it says where it speaks for one person, and where against.
_WORDS = {
    "looks": ("looks like their other pictures", "looks unlike their other pictures"),
    "travel": ("seen at a likely time", "seen too soon after another camera"),
    "together": ("two cameras that see the same place", "seen elsewhere at the same time"),
    "clothes": ("same clothes", "other clothes"),
    "scene": ("same kind of place", "another kind of place"),
}
# Bounds of natural log-likelihood ratios, the usual ones for Bayes factors of 3 and 20
# (Kass and Raftery 1995).
_STRONG, _FAIR = 3.0, 1.1
_MOST_TIMES = 1000


@register.filter
def speaking(evidence: Mapping[str, float]) -> Iterator[tuple[str, str]]:
    """Each kind of evidence in words and how strong it is, the strongest first."""
    kinds = {kind: llr for kind, llr in evidence.items() if kind != "total" and llr}
    for kind, llr in sorted(kinds.items(), key=lambda item: -abs(item[1])):
        speaks_for, against = _WORDS.get(kind, (kind, f"{kind} against"))
        yield (speaks_for if llr > 0 else against), _strength(abs(llr))


def _strength(llr: float) -> str:
    return "strong" if llr >= _STRONG else "fair" if llr >= _FAIR else "weak"


@register.filter
def times_likelier(total: float) -> str:
    """A sum of natural log-likelihood ratios as odds: ``about 67 times likelier to be them …``."""
    times = exp(min(abs(total), 20.0))
    if times < 1.5:
        return "about as likely to be them as not"
    told = f"over {_MOST_TIMES:,}" if times > _MOST_TIMES else f"about {times:,.0f}"
    return f"{told} times likelier {'to be them than not' if total > 0 else 'not to be them'}"
