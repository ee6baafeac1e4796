from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.engine.attributes import CROSSROAD_RULES, GROUPS
from recognition.engine.captions import PersonSeen, article, compose, count_noun, plural
from recognition.engine.colors import NAMES
from recognition.engine.scenes import LABELS
from recognition.engine.types import Reading

confidences = st.floats(0, 1)
known: dict[str, list[str]] = {"upper_colour": list(NAMES), "lower_colour": list(NAMES)}
for group in GROUPS:
    known.setdefault(group.name, []).extend(v for v in group.values if v)
for rule in CROSSROAD_RULES:
    known.setdefault(rule.name, []).extend(v for v in (rule.yes, rule.no) if v)

attributes = st.sampled_from(sorted(known)).flatmap(
    lambda name: st.builds(Reading, st.just(name), st.sampled_from(known[name]), confidences)
)
people = st.builds(
    PersonSeen,
    st.lists(attributes, max_size=6).map(tuple),
    st.sampled_from(["", "stationary", "walking", "running"]),
    st.booleans(),
)
things = st.dictionaries(
    st.sampled_from(["car", "dog", "bus", "umbrella", "scissors", "airplane", "bench", "person"]),
    st.integers(0, 40),
    max_size=4,
)
places = st.lists(
    st.one_of(
        st.builds(Reading, st.just("scene"), st.sampled_from(sorted(LABELS)), confidences),
        st.builds(
            Reading, st.just("setting"), st.sampled_from(["indoors", "outdoors"]), confidences
        ),
        st.builds(Reading, st.just("light"), st.sampled_from(["day", "night"]), confidences),
    ),
    max_size=5,
)


@given(st.lists(people, max_size=20), things, places)
def test_every_caption_is_one_grammatical_sentence(
    seen: list[PersonSeen], objects: dict[str, int], readings: list[Reading]
) -> None:
    caption = compose(seen, objects, readings)
    sentence = caption.sentence
    assert sentence == sentence.strip() and "  " not in sentence
    assert sentence[0].isupper() and sentence.endswith(".") and sentence.count(".") == 1
    assert not re.search(r"\b[Aa] [aeio]", sentence), sentence
    assert not re.search(r"\b[Aa]n [^aeiouh]", sentence), sentence
    assert re.search(r"\b(is|are|walks?|runs?|stands?|move|were)\b", sentence), sentence
    if len(seen) > 1:
        assert not re.search(r"\b(walks|runs|stands)\b", sentence), sentence
    assert len(caption.words) == len(set(caption.words)) == 3 and all(caption.words)
    assert caption.scene == "unknown" or caption.scene in LABELS
    assert 0 <= caption.confidence <= 1


@given(st.lists(people, max_size=4), places)
def test_nothing_is_said_that_was_not_measured(
    seen: list[PersonSeen], readings: list[Reading]
) -> None:
    caption = compose(seen, {}, readings)
    said = set(re.findall(r"[a-z]+", caption.sentence.lower()))
    sure = {r.value for p in seen for r in p.attributes if r.confidence >= 0.5}
    colours = set(NAMES)
    assert said & colours <= sure
    if not any(r.name == "scene" and r.confidence >= 0.5 for r in readings):
        assert caption.scene == "unknown"
    if "walk" in said or "walks" in said:
        assert all(p.gait == "walking" for p in seen)
    if "stands" in said or "stand" in said:
        assert all(p.upright and p.gait == "stationary" for p in seen)


def woman_in_red_coat(gait: str = "walking") -> PersonSeen:
    return PersonSeen(
        (
            Reading("gender", "woman", 0.8),
            Reading("garment", "coat", 0.7),
            Reading("upper_colour", "red", 0.9),
        ),
        gait,
        upright=True,
    )


BEACH = [Reading("scene", "beach", 0.8), Reading("setting", "outdoors", 0.9)]


@pytest.mark.parametrize(
    "seen, objects, readings, sentence",
    [
        ([woman_in_red_coat()], {}, BEACH, "A woman in a red coat walks on a beach."),
        (
            [woman_in_red_coat("stationary")],
            {"dog": 1},
            BEACH,
            "A woman in a red coat stands on a beach; a dog is in view.",
        ),
        (
            [PersonSeen(gait="walking")] * 2,
            {},
            [Reading("scene", "street", 0.6)],
            "Two people walk on a street.",
        ),
        (
            [PersonSeen((Reading("upper_colour", "orange", 0.6),))],
            {},
            [],
            "A person in orange is in view.",
        ),
        (
            [
                PersonSeen((Reading("gender", "woman", 0.8), Reading("upper_colour", "red", 0.8))),
                PersonSeen((Reading("gender", "man", 0.8), Reading("bag", "backpack", 0.8))),
            ],
            {},
            [Reading("setting", "indoors", 0.9)],
            "A woman in red and a man with a backpack are indoors.",
        ),
        ([], {"car": 2, "dog": 1}, [], "Two cars and a dog are in view."),
        ([], {}, BEACH, "A beach is in view."),
        ([], {}, [], "Nothing is recognised in this shot."),
        ([PersonSeen()] * 30, {}, [], "Many people are in view."),
        (
            [PersonSeen((Reading("gender", "child", 0.9),), "running")] * 3,
            {},
            [Reading("scene", "park", 0.9), Reading("light", "night", 0.9)],
            "Three children run in a park at night.",
        ),
    ],
)
def test_captions_read_well(
    seen: list[PersonSeen], objects: dict[str, int], readings: list[Reading], sentence: str
) -> None:
    assert compose(seen, objects, readings).sentence == sentence


@pytest.mark.parametrize(
    "seen, objects, colours, sentence",
    [
        ([], {"car": 1, "dog": 1}, {"car": "red"}, "A red car and a dog are in view."),
        ([], {"couch": 2}, {"couch": "orange"}, "Two orange couches are in view."),
        ([], {"sheep": 1}, {"sheep": "white", "car": "red"}, "A white sheep is in view."),
        (
            [PersonSeen()],
            {"bus": 3, "orange": 1},
            {"bus": "white"},
            "A person is in view; three white buses and an orange are in view.",
        ),
    ],
)
def test_things_have_their_colour(
    seen: list[PersonSeen], objects: dict[str, int], colours: dict[str, str], sentence: str
) -> None:
    told = {label: Reading("colour", colour, 0.8) for label, colour in colours.items()}
    caption = compose(seen, objects, [], told)
    assert caption.sentence == sentence
    assert caption.confidence == pytest.approx(0.8)


def test_words_and_scene_come_from_what_was_seen() -> None:
    caption = compose([woman_in_red_coat()], {}, BEACH)
    assert caption.words == ("woman", "beach", "coat")
    assert caption.scene == "beach"
    assert 0.7 < caption.confidence < 0.9


def test_articles_and_plurals() -> None:
    assert [article(n) for n in ("umbrella", "uniform", "hour", "car", "apple")] == [
        "an",
        "a",
        "an",
        "a",
        "an",
    ]
    assert [plural(n) for n in ("bus", "person", "baby", "toy", "scissors", "couch")] == [
        "buses",
        "people",
        "babies",
        "toys",
        "scissors",
        "couches",
    ]
    assert [count_noun(n, "car") for n in (1, 2, 12, 13)] == [
        "a car",
        "two cars",
        "twelve cars",
        "many cars",
    ]
