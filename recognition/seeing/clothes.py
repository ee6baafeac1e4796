"""Clothes that speak against two tracks being one person. Pure.

A person network trained on little may hold a yellow jacket and a blue one for alike; the colours
that were read off the crops do not. They only ever keep tracks apart, never join them: the same
colour is worn by many. People change clothes, so within a library this leans towards two
identities for one person, which is the mistake that one click mends.
"""

from __future__ import annotations

Clothes = tuple[tuple[str, str], ...]
"""What a track surely wears: ("upper_colour", "red"), …"""

SURE_FROM = 0.6
"""Confidence from which a colour counts here. By eye, on the sample footage and 12 real clips."""
UNLESS_ALIKE_BY = 0.25
"""Where the person network is this far above its threshold, it is right and the colour was misread
(shadow, a bag, a turned body). By eye."""

# Colours that light, shadow and white balance turn into each other are never told apart.
_NEAR = (
    {"black", "navy", "grey", "brown"},
    {"white", "grey", "beige"},
    {"beige", "brown", "orange", "yellow", "pink"},
    {"red", "pink", "orange", "brown"},
    {"red", "purple", "pink"},
    {"purple", "blue", "navy"},
    {"blue", "grey"},
    {"green", "grey", "brown"},
)


def may_be_one(first: str, second: str) -> bool:
    """Whether one garment may be called ``first`` here and ``second`` there."""
    return first == second or any({first, second} <= near for near in _NEAR)
