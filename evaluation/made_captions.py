"""Topics for a made catalogue that lie where a text tower puts captions of such pictures.

A question is then answered by pictures of what it asks for, as in footage: with topics drawn by
chance no picture would be near any text, and a search of them tells little of a search in footage.
Pictures keep to the directions in which captions differ most (of the built-in network's pictures of
Flickr8k 94 % of the variance lies in 48 of 256), and texts do not quite (64 %).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.made_catalogue import PLACES, TOPICS, Floats

DIRECTIONS = 48
_WHO = ("woman", "man", "child", "girl", "boy", "couple", "crowd", "policeman", "worker", "singer")
_COLOURS = ("red", "blue", "green", "black", "white", "grey", "yellow")
_WEARS = ("coat", "jacket", "dress", "shirt", "hat")
_DOES = ("walks", "stands", "runs", "sits", "laughs", "reads a letter", "talks", "waves", "dances")
_WITH = ("a dog", "a car", "a bicycle", "a ball", "a bag", "an umbrella", "a horse", "a boat")
_WHEN = ("", "", " at night", " in the rain", " in the snow", " at a celebration")


@dataclass(frozen=True, slots=True)
class CaptionedTopics:
    """Unit vectors (1000, d) of topics, and the directions (48, d) in which pictures differ, each
    as long as they differ in it; the mean square of the lengths is 1."""

    topics: Floats
    directions: Floats


def captions(seed: int = 0) -> list[str]:
    """A caption of every topic; its place is that of the topic's scenes."""
    chance = random.Random(seed)
    return [
        f"a {chance.choice(_WHO)} in a {chance.choice(_COLOURS)} {chance.choice(_WEARS)} "
        f"{chance.choice(_DOES)} with {chance.choice(_WITH)} near the "
        f"{PLACES[topic % len(PLACES)]}{chance.choice(_WHEN)}"
        for topic in range(TOPICS)
    ]


def captioned_topics(embed: Callable[[Sequence[str]], Floats], seed: int = 0) -> CaptionedTopics:
    """The topics as ``embed`` places their captions (unit rows)."""
    rows = np.asarray(embed(captions(seed)), np.float32)
    middle = rows.mean(axis=0)
    _, lengths, axes = np.linalg.svd(rows - middle, full_matrices=False)
    axes, lengths = axes[:DIRECTIONS], lengths[:DIRECTIONS]
    kept = middle + (rows - middle) @ axes.T @ axes
    scaled = axes * (lengths / np.sqrt(np.mean(lengths**2)))[:, None]
    topics = kept / np.linalg.norm(kept, axis=1, keepdims=True)
    return CaptionedTopics(topics.astype(np.float32), scaled.astype(np.float32))
