"""Attributes of people: colours of clothes, and what prompts or a network can tell.

Prompts to the image-text pair follow CLIP's zero-shot recipe (Radford et al. 2021): each
group of exclusive values gets a softmax with a temperature of its own, and a value is
stated only when it is probable enough; "nothing of the kind" is a value that is never
stated. Open Model Zoo's 0230 gives eight yes-or-no attributes (profile ``light``).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from recognition.engine.clothing import read_clothing
from recognition.engine.embedding import unit
from recognition.engine.types import (
    Floats,
    Image,
    ImageEncoder,
    NetworkInfo,
    Reading,
    TextEncoder,
)

VERSION = "2"
TEMPLATES = ("{}", "a photo of {}")


@dataclass(frozen=True, slots=True)
class PromptGroup:
    """Values that exclude each other, each with its phrasings.

    ``silent`` values are never stated; ``sharpness`` turns cosines into logits; ``trust`` is
    the share of stated values that measured right, by which confidence is multiplied.
    """

    name: str
    values: dict[str, tuple[str, ...]]
    sharpness: float
    state_from: float
    silent: frozenset[str] = frozenset()
    trust: float = 1.0


# Thresholds were chosen with `light` and an earlier text tower, on people who are alone in a
# picture of Flickr8k, against their captions: high, since a thing that few people wear is
# otherwise stated wrongly more often than rightly. A bag could not be told, nor glasses: they
# are left out. What they are worth now: `python -m evaluation.attributes`, docs/models.md.
GENDER = PromptGroup(
    "gender",
    {
        "man": ("a man", "a man in a shirt", "a guy"),
        "woman": ("a woman", "a woman with long hair", "a lady"),
        "child": ("a little boy", "a little girl", "a young child"),
    },
    sharpness=12.0,
    state_from=0.7,
)
GARMENT = PromptGroup(
    "garment",
    {
        "": ("a person in a shirt", "a person in a t-shirt and jeans", "a person"),
        "coat": ("a person wearing a coat", "a person in a winter jacket"),
        "dress": ("a woman wearing a dress", "a girl in a dress"),
    },
    sharpness=15.0,
    state_from=0.9,
    trust=0.6,
    silent=frozenset({""}),
)
HAT = PromptGroup(
    "hat",
    {
        "": ("a person with bare head", "a person with hair"),
        "hat": ("a person wearing a hat", "a person in a cap"),
        "helmet": ("a person wearing a helmet", "a cyclist with a helmet"),
    },
    sharpness=15.0,
    state_from=0.9,
    trust=0.6,
    silent=frozenset({""}),
)
GROUPS = (GENDER, GARMENT, HAT)


class ClothingAttributes:
    """An ``AttributeReader`` of colours alone, by arithmetic: for image towers that are too weak
    for prompts on crops (the built-in one took the sample footage's women for children)."""

    def __init__(self, info: NetworkInfo):
        self.info = info

    def read(self, crops: Sequence[Image]) -> list[list[Reading]]:
        """Per RGB crop: upper and lower colour."""
        return [read_clothing([crop]) for crop in crops]


class PromptAttributes:
    """An ``AttributeReader``: colours, and prompts to the image-text pair."""

    def __init__(
        self,
        images: ImageEncoder,
        texts: TextEncoder,
        info: NetworkInfo,
        groups: Sequence[PromptGroup] = GROUPS,
    ):
        self.info = info
        self.groups = tuple(groups)
        self._images, self._texts = images, texts
        self._lock = threading.Lock()
        self._prompts: dict[str, Floats] = {}

    def read(self, crops: Sequence[Image]) -> list[list[Reading]]:
        """Per RGB crop: upper and lower colour, and what each group can tell."""
        vectors = self._images.encode_images(crops)
        found: list[list[Reading]] = [read_clothing([crop]) for crop in crops]
        for group in self.groups:
            for readings, row in zip(found, self.probabilities(group, vectors), strict=True):
                stated = state(group, row)
                if stated:
                    readings.append(stated)
        return found

    def probabilities(self, group: PromptGroup, vectors: Floats) -> Floats:
        """Probability (n, values) of each value of a group for unit vectors (n, d)."""
        logits = unit(vectors) @ self._prompt_vectors(group).T * group.sharpness
        shifted = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-1e9))
        return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), dtype=np.float32)

    def _prompt_vectors(self, group: PromptGroup) -> Floats:
        with self._lock:
            if group.name not in self._prompts:
                rows = [self._ensemble(phrases) for phrases in group.values.values()]
                self._prompts[group.name] = np.stack(rows)
            return self._prompts[group.name]

    def _ensemble(self, phrases: Sequence[str]) -> Floats:
        texts = [template.format(phrase) for phrase in phrases for template in TEMPLATES]
        return unit(self._texts.encode_texts(texts).mean(axis=0))


def state(group: PromptGroup, row: Floats) -> Reading | None:
    """The group's likeliest value, if it may be stated and is probable enough."""
    best = int(row.argmax())
    value = tuple(group.values)[best]
    if value in group.silent or float(row[best]) < group.state_from:
        return None
    return Reading(group.name, value, round(float(row[best]) * group.trust, 3))


class BinaryNetwork(Protocol):
    """A network that gives a probability for each of its labels."""

    labels: tuple[str, ...]

    def probabilities(self, crops: Sequence[Image]) -> Floats:
        """Shape (n, labels)."""
        ...


@dataclass(frozen=True, slots=True)
class BinaryRule:
    """What a yes-or-no output means: stated as ``yes`` from ``yes_from`` up, as ``no``
    (if there is such a value) from ``no_from`` up of its opposite. Confidence is the
    output times ``trust``, how often such readings measured right."""

    label: str
    name: str
    yes: str
    yes_from: float
    trust: float
    no: str = ""
    no_from: float = 1.1


# 0230 was made for crossings seen from above. On people of Flickr8k, against captions, bag,
# coat, hair, sleeves and trousers were no better than chance and are not read; the rest is little
# better (`python -m evaluation.attributes --alone`, docs/models.md).
CROSSROAD_RULES = (
    BinaryRule("is_male", "gender", "man", 0.85, 0.85, "woman", 0.97),
    BinaryRule("has_backpack", "bag", "backpack", 0.9, 0.6),
    BinaryRule("has_hat", "hat", "hat", 0.9, 0.65),
)


class BinaryAttributes:
    """An ``AttributeReader``: colours, a yes-or-no network, and prompts for what it lacks.

    Where both speak, the prompts win: they measured better on gender and hats.
    """

    def __init__(
        self,
        network: BinaryNetwork,
        info: NetworkInfo,
        prompts: PromptAttributes | None = None,
        rules: Sequence[BinaryRule] = CROSSROAD_RULES,
    ):
        self.info = info
        self.network = network
        self._prompts, self._rules = prompts, tuple(rules)

    def read(self, crops: Sequence[Image]) -> list[list[Reading]]:
        """Per RGB crop: upper and lower colour and whatever is sure enough."""
        table = self.network.probabilities(crops)
        prompted = (
            self._prompts.read(crops) if self._prompts else [read_clothing([c]) for c in crops]
        )
        return [
            combine(self._read_row(row), also) for row, also in zip(table, prompted, strict=True)
        ]

    def _read_row(self, row: Floats) -> list[Reading]:
        found: dict[str, Reading] = {}
        for rule in self._rules:
            p = float(row[self.network.labels.index(rule.label)])
            reading: Reading | None = None
            if p >= rule.yes_from:
                reading = Reading(rule.name, rule.yes, round(p * rule.trust, 3))
            elif rule.no and 1 - p >= rule.no_from:
                reading = Reading(rule.name, rule.no, round((1 - p) * rule.trust, 3))
            if reading and reading.confidence > found.get(rule.name, _NOTHING).confidence:
                found[rule.name] = reading
        return list(found.values())


_NOTHING = Reading("", "", 0.0)


def combine(network: Sequence[Reading], prompted: Sequence[Reading]) -> list[Reading]:
    """The prompts' readings, and those of the network for what they leave open."""
    names = {r.name for r in prompted}
    return [*prompted, *(r for r in network if r.name not in names)]


def merge(per_crop: Sequence[Sequence[Reading]], *, state_from: float = 0.3) -> list[Reading]:
    """One person's attributes from several crops: each value's confidences are averaged
    over all crops (0 where unsaid or said otherwise); the best value of each name stays if
    its mean is at least ``state_from`` and its confidence is that of the crops that say it.

    ``state_from`` .3: two of four crops at .6, by eye.
    """
    if not per_crop:
        return []
    sums: dict[tuple[str, str], list[float]] = {}
    for readings in per_crop:
        for reading in readings:
            sums.setdefault((reading.name, reading.value), []).append(reading.confidence)
    best: dict[str, tuple[float, Reading]] = {}
    for (name, value), said in sums.items():
        mean = sum(said) / len(per_crop)
        if mean >= state_from and mean > best.get(name, (0.0, _NOTHING))[0]:
            # Agreement of the crops counts as well as how sure each is.
            agreed = (sum(said) / len(said)) * (0.5 + 0.5 * len(said) / len(per_crop))
            best[name] = (mean, Reading(name, value, round(agreed, 3)))
    return [reading for _, reading in best.values()]
