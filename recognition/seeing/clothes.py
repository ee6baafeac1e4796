"""Clothes that speak against two tracks being one person. Pure.

A person network trained on little may hold a yellow jacket and a blue one for alike; the colours
that were read off the crops do not. They only ever keep tracks apart, never join them: the same
colour is worn by many. People change clothes, so within a library this leans towards two
identities for one person, which is the mistake that one click mends.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from recognition.engine.types import Floats

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


def different_clothes(clothes: Sequence[Clothes]) -> npt.NDArray[np.bool_]:
    """Pairs that wear surely different colours on the same part of the body: (n, n)."""
    apart = np.zeros((len(clothes), len(clothes)), dtype=np.bool_)
    for part in sorted({part for worn in clothes for part, _ in worn}):
        names = [dict(worn).get(part) for worn in clothes]
        known = sorted({name for name in names if name is not None})
        rows = {name: np.array([own == name for own in names]) for name in known}
        for at, first in enumerate(known):
            for second in known[at + 1 :]:
                if not may_be_one(first, second):
                    apart |= np.outer(rows[first], rows[second])
    return apart | apart.T


def clothes_apart(
    clothes: Sequence[Clothes], vectors: Floats, *, same_person: float
) -> list[tuple[int, int]]:
    """Pairs (i < j) that might be joined by their ``vectors`` (unit rows) but dress differently."""
    if not any(clothes):
        return []
    similarity = vectors @ vectors.T
    doubtful = (similarity > same_person - 0.15) & (similarity < same_person + UNLESS_ALIKE_BY)
    first, second = np.nonzero(np.triu(different_clothes(clothes) & doubtful, k=1))
    return list(zip(first.tolist(), second.tolist(), strict=True))
