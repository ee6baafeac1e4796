"""The parser: what it understands, and what holds for any text."""

from __future__ import annotations

import re
import sys
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.query.lexicon import ENTRIES, Word, correct
from search.query.parsing import Count, Kind, Names, Part, Query, parse

NAMES = Names(
    identities=(("Anna", 3), ("Person 12", 12)),
    cameras=(("Cam North", 6), ("lobby", 5)),
    libraries=(("Sample footage", 1),),
)
WORDS = st.sampled_from(sorted(ENTRIES))
FUNCTION_WORDS = st.sampled_from(
    sorted(w for w, e in ENTRIES.items() if e.word in (Word.LINK, Word.NEGATION, Word.WEAR))
)
UNKNOWN = st.sampled_from(["zeppelin", "Anna", '"exit"', "yesterday", "alone", ","])
SENTENCES = st.lists(WORDS, min_size=1, max_size=9).map(" ".join)


def shape(query: Query) -> list[tuple[object, ...]]:
    return [
        (p.kind, p.value, p.negated, p.count, wants(p), p.actions, p.labels) for p in query.parts
    ]


def understood(query: Query) -> list[tuple[object, ...]]:
    of_all = zip(shape(query), query.parts, strict=True)
    return [(*s, p.when, p.length) for s, p in of_all if p.kind is not Kind.LINK]


def part(text: str, kind: Kind, names: Names = NAMES) -> Part:
    return next(p for p in parse(text, names).parts if p.kind is kind)


def wants(of: Part) -> set[tuple[str, str, bool]]:
    return {(w.topic, w.values[0], w.negated) for w in of.wants}


@given(st.text(max_size=200))
def test_it_never_raises_and_keeps_the_text(text: str) -> None:
    query = parse(text, NAMES)
    assert query.text == text
    end = 0
    for found in query.parts:
        assert end <= found.span[0] < found.span[1] <= len(text)
        assert text[found.span[0] : found.span[1]] == found.text
        end = found.span[1]
        query.without(found)
        found.as_dict()


@given(st.text(alphabet="ab \"'é1,.-", max_size=60) | SENTENCES)
def test_every_word_lies_in_one_part(text: str) -> None:
    left = list(text)
    for found in parse(text, NAMES).parts:
        for i in range(*found.span):
            left[i] = " "
    assert not any(c.isalnum() for c in left)


@given(st.lists(WORDS | FUNCTION_WORDS | UNKNOWN, min_size=1, max_size=9).map(" ".join))
def test_parts_never_overlap(text: str) -> None:
    end = 0
    for found in parse(text, NAMES).parts:
        assert end <= found.span[0] < found.span[1]
        end = found.span[1]


@given(SENTENCES, st.sampled_from([" ", "  ", "\t", "\n "]))
def test_case_and_spaces_change_nothing(text: str, gap: str) -> None:
    usual = shape(parse(text, NAMES))
    for other in (text.upper(), text.title(), gap.join(text.split(" ")), gap + text + gap):
        assert shape(parse(other, NAMES)) == usual


@given(SENTENCES)
def test_what_is_not_negated_goes_to_the_vectors(text: str) -> None:
    query = parse(text, NAMES)
    for found in query.understood:
        if not found.negated and found.phrase:
            assert " ".join(found.phrase.split()) in query.positive_text


@given(SENTENCES)
def test_taking_a_part_out_takes_no_other_words(text: str) -> None:
    query = parse(text, NAMES)
    for found in query.understood:
        left = query.without(found).split()
        others = [p for p in query.understood if p != found and p.kind is not Kind.ORDER]
        kept = [w for p in others for w in p.text.split()]
        assert [w for w in left if w in kept] == kept or set(kept) <= set(left)


@settings(max_examples=30)
@given(st.lists(WORDS | st.text(max_size=12), min_size=20, max_size=60).map(" ".join))
def test_its_work_grows_with_the_words_alone(text: str) -> None:
    """Measured: up to 560 calls a word, of 10 and of 80; how long is ``evaluation.parsing``'s."""
    pieces = len(re.findall(r"\w+|[^\w\s]", text))
    assert calls_of(text) < 3_000 * max(pieces, 20)


def calls_of(text: str) -> int:
    """How many calls of functions it takes to parse this."""
    calls = 0

    def count(frame: FrameType, event: str, _: Any) -> None:
        nonlocal calls
        calls += event == "call"

    parse.cache_clear()
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        parse(text, NAMES)
    finally:
        sys.setprofile(before)
    return calls


def test_it_reads_a_woman_in_a_red_coat_near_the_beach() -> None:
    query = parse("woman in red coat near the beach")
    woman, beach = query.understood
    assert wants(woman) == {
        ("gender", "woman", False),
        ("upper_colour", "red", False),
        ("garment", "coat", False),
    }
    assert (beach.kind, beach.value, beach.text) == (Kind.PLACE, "beach", "near the beach")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("two men", Count(2, 2)),
        ("a couple of women dancing", Count(2, 2)),
        ("a crowd", Count(5, None)),
        ("several people", Count(2, None)),
        ("nobody", Count(0, 0)),
        ("a street without people", Count(0, 0)),
        ("no one on the beach", Count(0, 0)),
        ("a man", None),
    ],
)
def test_it_counts_people(text: str, count: Count | None) -> None:
    found = part(text, Kind.PERSON)
    assert found.count == count and not found.negated


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("not indoors", Kind.SETTING, "indoors"),
        ("beach but not at night", Kind.LIGHT, "night"),
        ("a road without cars", Kind.OBJECT, "car"),
        ("people, no dogs or cats", Kind.OBJECT, "cat"),
        ("people except Anna", Kind.IDENTITY, "3"),
    ],
)
def test_it_negates(text: str, kind: Kind, value: str) -> None:
    found = [p for p in parse(text, NAMES).parts if p.kind is kind and p.value == value]
    assert found and all(p.negated for p in found)
    assert found[0].text not in parse(text, NAMES).positive_text


def test_it_negates_inside_a_person() -> None:
    found = part("man in a suit not wearing glasses or hats", Kind.PERSON)
    assert {("garment", "glasses", True), ("garment", "hat", True)} <= wants(found)
    assert ("garment", "suit", False) in wants(found)
    assert found.phrase == "man in a suit"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Anna in the lobby", Kind.PLACE),
        ("camera lobby", Kind.CAMERA),
        ("cam north at night", Kind.CAMERA),
        ("in sample footage", Kind.LIBRARY),
        ('"exit only"', Kind.QUOTED),
        ("zeppelin", Kind.FREE),
        ("dusk", Kind.FREE),
        ("indoors", Kind.SETTING),
        ("at night", Kind.LIGHT),
        ("a red bicycle", Kind.OBJECT),
    ],
)
def test_it_knows_kinds(text: str, kind: Kind) -> None:
    assert part(text, kind)


def test_what_people_hold_and_do_belongs_to_them() -> None:
    found = part("girl riding a bicycle with a black backpack", Kind.PERSON)
    assert found.actions == ("ride",)
    assert "bicycle" in found.labels
    assert ("carried", "backpack", False) in wants(found)


def test_things_keep_their_own_verbs() -> None:
    query = parse("people walking and cars driving on a highway")
    assert [p.kind for p in query.understood] == [Kind.PERSON, Kind.OBJECT, Kind.PLACE]


@pytest.mark.parametrize(
    ("typo", "word"),
    [("jaket", "jacket"), ("womna", "woman"), ("restaraunt", "restaurant"), ("streat", "street")],
)
def test_it_forgives_typos(typo: str, word: str) -> None:
    assert correct(typo) == word


@pytest.mark.parametrize("word", ["house", "short", "coast", "while", "plant", "hat", "sheet", "x"])
def test_it_leaves_other_words_alone(word: str) -> None:
    assert correct(word) is None


def test_a_long_text_stays_whole() -> None:
    text = "very " * 300
    query = parse(text)
    assert query.text == text and query.parts[-1].span[1] == len(text) - 1


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("a man enters, then sits down", ["man enters", "man sits down"]),
        ("a woman opens a door before leaving", ["woman opens a door", "woman leaving"]),
        ("sitting after entering", ["entering", "sitting"]),
        ("a dog, then a cat, then a horse", ["a dog", "a cat", "a horse"]),
        ("a man before a wall", ["man before a wall"]),
        ("then a dog", ["a dog"]),
        ("a dog then", ["a dog"]),
    ],
)
def test_it_reads_an_order(text: str, steps: list[str]) -> None:
    assert [step.positive_text for step in parse(text).steps] == steps


def test_a_step_without_a_noun_is_about_the_person_before() -> None:
    first, second = parse("a woman in red enters, then sits down yesterday").steps
    assert {("gender", "woman", False), ("colour", "red", False)} <= wants(second.parts[0])
    assert second.parts[0].actions == ("sit",) and first.parts[0].actions == ("enter",)
    assert Kind.WHEN in {p.kind for p in first.parts} & {p.kind for p in second.parts}


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("a dog or a cat on the beach", [["dog", "cat"], ["beach"]]),
        ("a dog and a cat", [["dog"], ["cat"]]),
        ("man or woman or child", [["man", "woman", "child"]]),
        ("no cars or bikes", [["car"], ["bicycle"]]),
        ("Anna or a dog", [["3", "dog"]]),
    ],
)
def test_it_reads_alternatives(text: str, groups: list[list[str]]) -> None:
    query = parse(text, NAMES)
    assert [[query.parts[i].value for i in g] for g in query.alternatives] == groups


@pytest.mark.parametrize(
    ("text", "topic", "values"),
    [
        ("man in a red or blue jacket", "upper_colour", ("red", "blue")),
        ("woman in red or blue", "colour", ("red", "blue")),
        ("a red or blue car", "colour", ("red", "blue")),
        ("people in a hat or glasses", "garment", ("hat", "glasses")),
    ],
)
def test_it_reads_alternatives_within_a_part(
    text: str, topic: str, values: tuple[str, ...]
) -> None:
    found = [w for p in parse(text).parts for w in p.wants if w.topic == topic]
    assert [w.values for w in found] == [values]


@pytest.mark.parametrize("text", ["zeppelin, red car", "zeppelin; a red car", "red car, zeppelin"])
def test_a_comma_ends_a_phrase(text: str) -> None:
    assert {(p.kind, p.text.removeprefix("a ")) for p in parse(text).understood} == {
        (Kind.FREE, "zeppelin"),
        (Kind.OBJECT, "red car"),
    }


WHOLE_PHRASES = st.lists(
    st.sampled_from(
        [
            *("two men", "a woman in a red coat", "nobody", "a dog", "three red cars", "at night"),
            *("on the beach", "not indoors", "no cats", "Anna", "camera lobby", "yesterday"),
            *("longer than ten seconds", "a zeppelin", '"exit"', "between 8 and 9 pm"),
            *("a man without a hat", "outdoors", "in June 2024", "dancing", "a red or blue bus"),
        ]
    ),
    min_size=1,
    max_size=6,
    unique=True,
)


@given(WHOLE_PHRASES, st.randoms(use_true_random=False))
def test_the_order_of_a_list_means_nothing(phrases: list[str], random: Any) -> None:
    mixed = random.sample(phrases, len(phrases))
    one, other = (parse(", ".join(p), NAMES) for p in (phrases, mixed))
    assert sorted(map(str, understood(one))) == sorted(map(str, understood(other)))


@given(WHOLE_PHRASES, st.data())
def test_taking_a_part_out_of_a_list_takes_just_that_part(
    phrases: list[str], data: st.DataObject
) -> None:
    query = parse(", ".join(phrases), NAMES)
    gone = data.draw(st.sampled_from(query.understood))
    left = parse(query.without(gone), NAMES)
    place = query.understood.index(gone)
    expected = understood(query)
    del expected[place]
    assert understood(left) == expected


@given(SENTENCES)
def test_its_own_spelling_means_the_same(text: str) -> None:
    spelled = parse(text, NAMES).spelled
    assert shape(parse(spelled, NAMES)) == shape(parse(text, NAMES))
    assert parse(spelled, NAMES).spelled == spelled


def test_its_spelling_puts_typos_right() -> None:
    assert parse("womann in a jaket, on the  streat").spelled == "woman in a jacket, on the street"
    assert parse("Jaket waving", Names(identities=(("Jaket", 9),))).spelled == "Jaket waving"
