"""How much a pair loses when a caption's words are swapped for synonyms that no training caption
has.

A text tower that learnt words from captions alone falls apart here; one over a frozen table of
word vectors should not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

PAIRS = """
boy lad, boys lads, girl lass, child youngster, children kiddies, kids youngsters, dog canine,
dogs canines, hound canine, run sprint, jump hop, street boulevard, road boulevard, jacket anorak,
pool lagoon, lake lagoon, bicycle pushbike, car automobile, playing frolicking, walking strolling,
walks strolls, sits perches, standing upright, holding clutching, holds clutches, rocks boulders,
rock crag, red crimson, blue azure, yellow amber, green emerald, black ebony, white ivory,
orange tangerine, brown hazel, large enormous, little petite, young youthful, people folks,
crowd throng, house cottage, building edifice, tree oak, trees pines, toy plaything, mouth jaws,
face visage, football gridiron, soccer footie, players athletes, stick twig, wave breaker,
smiling grinning, laughing chuckling, bird fowl, horse stallion, cow bovine, hill knoll,
kid youngster, guy bloke, dirt soil, wears dons, photo snapshot, looking gazing, eating munching,
eats munches, rope cord, boat vessel, skateboard longboard, pants trousers, jeans denims,
glasses spectacles, helmet headgear, snow snowfall, ball sphere, field pasture, shirt tee
"""


def read_pairs(training_captions: list[str]) -> dict[str, str]:
    """Words and their synonyms, of those whose synonym is in no training caption."""
    seen = {word for text in training_captions for word in re.findall(r"[a-z]+", text.lower())}
    pairs = (pair.split() for pair in PAIRS.replace("\n", " ").split(","))
    return {word: other for word, other in pairs if other not in seen}


def swap(text: str, synonyms: Mapping[str, str]) -> tuple[str, int]:
    """The text in lower case with every word swapped that has a synonym, and how many were."""
    count = 0

    def other(found: re.Match[str]) -> str:
        nonlocal count
        if found[0] not in synonyms:
            return found[0]
        count += 1
        return synonyms[found[0]]

    return re.sub(r"[a-z]+", other, text.lower()), count
