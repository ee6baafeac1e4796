"""Captions without a language model: a sentence, three words and one scene value.

Everything in them was measured: people from tracks, garments and colours from attributes,
movement from tracks, the place from the scene reader. What was not measured is not said;
a person who does not move is "standing" only if known to be upright.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recognition.engine.types import Reading

UNKNOWN = "unknown"
FEW = 12
"""Up to twelve are counted in words; more are "many" (a usual rule of style)."""
MOST_THINGS = 3
"""Kinds of things that are named beside people."""
MIN_CONFIDENCE = 0.5
"""A reading below is left out of the sentence: more likely wrong than right."""
NUMBERS = (
    "no one two three four five six seven eight nine ten eleven twelve".split()
)  # index = count

PLACES: dict[str, str] = {
    "beach": "on a beach",
    "street": "on a street",
    "city": "in a city",
    "highway": "on a highway",
    "mountain": "on a mountain",
    "field": "in a field",
    "forest": "in a forest",
    "lake": "by a lake",
    "river": "by a river",
    "sea": "by the sea",
    "coast": "on a coast",
    "snow": "in the snow",
    "desert": "in a desert",
    "glacier": "on a glacier",
    "playground": "on a playground",
    "stage": "on a stage",
    "parking lot": "in a parking lot",
    "train station": "at a train station",
    "airport": "at an airport",
    "bridge": "on a bridge",
    "plaza": "on a plaza",
    "stairs": "on stairs",
    "swimming pool": "at a swimming pool",
    "sports field": "on a sports field",
    "sky": "in the sky",
    "suburb": "in a suburb",
    "harbour": "at a harbour",
    "farm": "on a farm",
}
"""Where "in a …" would be wrong; every other label takes it."""

PLURALS = {
    "person": "people",
    "man": "men",
    "woman": "women",
    "child": "children",
    "bus": "buses",
    "bench": "benches",
    "sheep": "sheep",
    "couch": "couches",
    "knife": "knives",
    "wine glass": "wine glasses",
    "toothbrush": "toothbrushes",
    "mouse": "mice",
    "sandwich": "sandwiches",
}
ALWAYS_PLURAL = {"scissors", "skis", "trousers", "shorts", "glasses", "jeans", "leggings"}


@dataclass(frozen=True, slots=True)
class PersonSeen:
    """One person of a shot: attributes, and movement if it was measured.

    ``gait`` is one of stationary, walking, running, or empty; ``upright`` whether the box
    is that of a standing body.
    """

    attributes: tuple[Reading, ...] = ()
    gait: str = ""
    upright: bool = False


@dataclass(frozen=True, slots=True)
class Caption:
    """A sentence, three words, one scene value (a label or ``UNKNOWN``), confidence 0–1."""

    sentence: str
    words: tuple[str, str, str]
    scene: str
    confidence: float


def compose(
    people: Sequence[PersonSeen],
    objects: Mapping[str, int],
    readings: Sequence[Reading],
    colours: Mapping[str, Reading] | None = None,
) -> Caption:
    """A caption from what was seen in one shot.

    ``people``: one per tracked person; ``objects``: how many of each other label;
    ``readings``: the scene reader's "scene", "setting" and "light"; ``colours``: of labels that
    are all of one colour, where that is sure.
    """
    scene = _best(readings, "scene")
    setting, light = _best(readings, "setting"), _best(readings, "light")
    counts = {label: n for label, n in objects.items() if n > 0 and label != "person"}
    where = _place(scene, setting, light)
    named = _ordered(counts)[: MOST_THINGS if people else None]
    told = colours or {}
    things = join_words([count_noun(n, _coloured(label, told)) for label, n in named])
    if people:
        sentence = _people_sentence(people, dict(named), things, where)
    elif counts:
        subject = things
        sentence = f"{subject} {'is' if _is_single(counts) else 'are'} {where or 'in view'}."
    else:
        sentence = _empty_sentence(scene, setting, light)
    used = [r for r in (scene, setting, light) if r] + _used(people)
    used += [told[label] for label, _ in named if label in told]
    return Caption(
        _tidy(sentence),
        _three_words(people, counts, scene, setting, light),
        scene.value if scene else UNKNOWN,
        _confidence(used),
    )


def article(noun: str) -> str:
    """ "a" or "an", by sound: an umbrella, an orange coat, a uniform, an hour."""
    word = noun.lower()
    if word.startswith(("uni", "use", "eu", "one", "u-")):
        return "a"
    if word.startswith(("hour", "honest", "heir")):
        return "an"
    return "an" if word[:1] in "aeiou" else "a"


def plural(noun: str) -> str:
    """The plural of a label."""
    if noun in ALWAYS_PLURAL:
        return noun
    if noun in PLURALS:
        return PLURALS[noun]
    described, _, last = noun.rpartition(" ")
    if described:
        return f"{described} {plural(last)}"
    if noun.endswith(("s", "x", "ch", "sh")):
        return noun + "es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


def count_noun(count: int, noun: str) -> str:
    """ "a car", "two cars", "many cars"; "scissors" for one of them."""
    if count == 1:
        return noun if noun in ALWAYS_PLURAL else f"{article(noun)} {noun}"
    if count <= FEW:
        return f"{NUMBERS[count]} {plural(noun)}"
    return f"many {plural(noun)}"


def join_words(parts: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return ", ".join(parts[:-1]) + " and " + parts[-1]


def _best(readings: Sequence[Reading], name: str) -> Reading | None:
    found = [r for r in readings if r.name == name and r.confidence >= MIN_CONFIDENCE]
    return max(found, key=lambda r: r.confidence) if found else None


def _value(person: PersonSeen, name: str) -> str:
    reading = _best(person.attributes, name)
    return reading.value if reading else ""


def _noun(person: PersonSeen) -> str:
    value = _value(person, "gender")
    return value if value in ("man", "woman", "child") else "person"


def _dress(person: PersonSeen) -> str:
    """ "in a red coat", "in red and blue", "in black", "" – with "a backpack" and the like."""
    garment = _value(person, "garment")
    upper, lower = _value(person, "upper_colour"), _value(person, "lower_colour")
    if garment:
        named = f"{upper} {garment}".strip()
        dress = f"in {count_noun(1, named) if garment not in ALWAYS_PLURAL else named}"
    elif upper and lower and upper != lower:
        dress = f"in {upper} and {lower}"
    else:
        dress = f"in {upper or lower}" if upper or lower else ""
    carried = [v for v in (_value(person, "hat"), _value(person, "bag")) if v]
    if carried:
        dress += " with " + join_words([count_noun(1, v) for v in carried])
    return dress.strip()


def _people_phrase(people: Sequence[PersonSeen]) -> str:
    if len(people) == 1:
        noun = _noun(people[0])
        return f"{count_noun(1, noun)} {_dress(people[0])}".strip()
    if len(people) == 2 and any(_dress(p) for p in people):
        return join_words([f"{count_noun(1, _noun(p))} {_dress(p)}".strip() for p in people])
    kinds = Counter(_noun(p) for p in people)
    if "person" in kinds or len(people) > FEW:
        return count_noun(len(people), "person")
    return join_words([count_noun(n, noun) for noun, n in kinds.most_common()])


def _action(people: Sequence[PersonSeen], where: str) -> str:
    """A verb that holds for all: walk, run, stand, or "be" where movement is mixed."""
    one = len(people) == 1
    gaits = {p.gait for p in people}
    if gaits == {"walking"}:
        return "walks" if one else "walk"
    if gaits == {"running"}:
        return "runs" if one else "run"
    if gaits == {"walking", "running"}:
        return "move"
    if gaits == {"stationary"} and all(p.upright for p in people):
        return "stands" if one else "stand"
    be = "is" if one else "are"
    return be if where else f"{be} in view"


def _people_sentence(
    people: Sequence[PersonSeen], counts: Mapping[str, int], things: str, where: str
) -> str:
    sentence = f"{_people_phrase(people)} {_action(people, where)} {where}".rstrip()
    if counts:
        sentence += f"; {things} {'is' if _is_single(counts) else 'are'} in view"
    return sentence + "."


def _coloured(label: str, colours: Mapping[str, Reading]) -> str:
    return f"{colours[label].value} {label}" if label in colours else label


def _place(scene: Reading | None, setting: Reading | None, light: Reading | None) -> str:
    parts = []
    if scene:
        parts.append(PLACES.get(scene.value, f"in {article(scene.value)} {scene.value}"))
    elif setting and setting.value in ("indoors", "outdoors"):
        parts.append(setting.value)
    if light and light.value == "night":
        parts.append("at night")
    return " ".join(parts)


def _empty_sentence(scene: Reading | None, setting: Reading | None, light: Reading | None) -> str:
    """The place alone. That no people are there is not claimed: a detector misses some, and the
    word would make the shot an answer to whoever asks for people."""
    if not (scene or setting or light):
        return "Nothing is recognised in this shot."
    noun = scene.value if scene else "scene"
    if not scene and setting and setting.value in ("indoors", "outdoors"):
        noun = "indoor scene" if setting.value == "indoors" else "outdoor scene"
    night = " at night" if light and light.value == "night" else ""
    start = noun if noun in ("snow", "stairs") else f"{article(noun)} {noun}"
    return f"{start}{night} {'are' if noun == 'stairs' else 'is'} in view."


def _ordered(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _is_single(counts: Mapping[str, int]) -> bool:
    return sum(counts.values()) == 1 and not (set(counts) & ALWAYS_PLURAL)


def _used(people: Sequence[PersonSeen]) -> list[Reading]:
    names = ("gender", "garment", "upper_colour", "lower_colour", "hat", "bag")
    found = [_best(p.attributes, name) for p in people[:2] for name in names]
    return [reading for reading in found if reading]


def _confidence(used: Sequence[Reading]) -> float:
    """Geometric mean of what the caption rests on; .5 when it rests on detections alone."""
    if not used:
        return 0.5
    logs = [math.log(max(min(r.confidence, 1.0), 1e-3)) for r in used]
    return round(math.exp(sum(logs) / len(logs)), 3)


def _three_words(
    people: Sequence[PersonSeen],
    counts: Mapping[str, int],
    scene: Reading | None,
    setting: Reading | None,
    light: Reading | None,
) -> tuple[str, str, str]:
    words: list[str] = []
    if people:
        nouns = {_noun(p) for p in people}
        one = nouns.pop() if len(nouns) == 1 else "person"
        words.append(one if len(people) == 1 else plural(one))
    if scene:
        words.append(scene.value)
    for person in people[:1]:
        words += [v for v in (_value(person, "garment"), _value(person, "upper_colour")) if v]
    gaits = {p.gait for p in people}
    words += ["running"] if "running" in gaits else ["walking"] if "walking" in gaits else []
    words += [label for label, _ in _ordered(counts)]
    words += [r.value for r in (setting, light) if r]
    words += ["scene", "view", "footage"]  # say nothing, where little was seen
    first, second, third = list(dict.fromkeys(words))[:3]
    return first, second, third


def _tidy(sentence: str) -> str:
    flat = " ".join(sentence.split()).replace(" .", ".").replace(" ;", ";")
    return flat[:1].upper() + flat[1:]
