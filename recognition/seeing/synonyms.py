"""Other words that people use for what the networks name, for the full-text index.

Written by hand for the detector's labels, attributes and settings; the words of captions and
queries decide, not a dictionary. Postgres' stemmer takes care of plurals. What is but one kind of a
thing is none of its words: a taxi is a car, and not every car is a taxi.
"""

from __future__ import annotations

from collections.abc import Iterable

_SYNONYMS: dict[str, str] = {
    "person": "people human somebody someone pedestrian",
    "man": "male guy gentleman boy person people",
    "woman": "female lady girl person people",
    "child": "kid boy girl toddler person people",
    "bicycle": "bike cycle",
    "car": "automobile vehicle auto",
    "motorcycle": "motorbike bike scooter vehicle",
    "airplane": "plane aeroplane aircraft jet",
    "bus": "coach vehicle",
    "train": "railway tram locomotive",
    "truck": "lorry vehicle",
    "boat": "ship vessel",
    "traffic light": "signal stoplight",
    "bird": "animal",
    "cat": "animal",
    "dog": "animal",
    "horse": "animal",
    "sheep": "animal",
    "cow": "cattle animal",
    "elephant": "animal",
    "bear": "animal",
    "zebra": "animal",
    "giraffe": "animal",
    "backpack": "rucksack bag",
    "umbrella": "parasol",
    "handbag": "bag purse",
    "bag": "handbag purse",
    "suitcase": "luggage bag trolley",
    "couch": "sofa settee",
    "potted plant": "plant pot flower",
    "dining table": "table desk",
    "television": "tv screen monitor",
    "laptop": "computer notebook",
    "phone": "mobile cellphone smartphone",
    "refrigerator": "fridge",
    "cup": "mug glass",
    "donut": "doughnut",
    "coat": "jacket overcoat",
    "hat": "cap headwear",
    "helmet": "hat headwear",
    "dress": "gown skirt",
    "navy": "blue",
    "grey": "gray",
    "beige": "tan cream",
    "walking": "walk stroll",
    "running": "run jog",
    "indoors": "indoor inside interior",
    "outdoors": "outdoor outside exterior",
    "night": "dark evening",
    "day": "daylight daytime",
    "shop": "store supermarket market",
    "corridor": "hallway hall passage aisle",
    "living room": "lounge",
    "street": "road",
    "city": "town urban",
    "highway": "motorway road traffic",
    "forest": "woods trees",
    "sea": "ocean water",
    "beach": "sea shore coast sand",
    "lake": "water pond",
    "mountain": "hill peak",
    "field": "meadow grass",
    "gym": "gymnasium sports hall",
    "swimming pool": "pool water",
    "classroom": "school lecture",
    "lobby": "hall foyer entrance",
    "staircase": "stairs steps",
    "laboratory": "lab",
    "workshop": "factory garage",
    "parking lot": "car park",
}


def synonyms_of(words: Iterable[str]) -> list[str]:
    """Other words for these, without repeats, in order."""
    found = (other for word in words for other in _SYNONYMS.get(word, "").split())
    return list(dict.fromkeys(found))
