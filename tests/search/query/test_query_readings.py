"""What people who search footage type, and how each is read."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.query.lexicon import ENTRIES, correct
from search.query.parsing import Kind, Names, Part, parse
from search.query.real_words import REAL_WORDS
from tests.search.query import reading

NAMES = Names(
    identities=(("Anna", 3), ("Ben", 7), ("Anna Meyer", 4)),
    cameras=(("Cam North", 6), ("lobby", 5), ("Front door", 8)),
    libraries=(("Sample footage", 1),),
)


def told(text: str) -> str:
    """Everything that was understood of a text, in one line."""
    return reading.told(parse(text, NAMES))


READINGS = [
    ("a man neither in red nor in blue", "person man +gender:man -colour:red -colour:blue"),
    ("neither indoors nor at night", "not setting indoors | not light night"),
    ("neither a dog nor a cat", "not object dog | not object cat"),
    ("a man but no hat", "person man +gender:man -garment:hat"),
    ("not a dog but a cat", "not object dog | object cat"),
    ("a woman in red but without a bag", "person woman +gender:woman +colour:red -carried:bag"),
    ("a beach but no people", "place beach | person people ×0"),
    ("children without adults", "person children +age:child | not person adults +age:adult"),
    ("nobody wearing a hat", "not person people +garment:hat"),
    ("no people in red", "not person people +colour:red"),
    ("not one person", "person person ×0"),
    ("a woman isn't wearing glasses", "person woman +gender:woman -garment:glasses"),
    ("a kid who is not crying", "person child +age:child -action:cry"),
    (
        "woman not in a dress or a skirt",
        "person woman +gender:woman -garment:dress -garment:skirt",
    ),
    ("a man instead of a woman", "person man +gender:man | not person woman +gender:woman"),
    ("everyone but Anna", "person people | not identity 3"),
    ("somebody other than Anna", "person person | not identity 3"),
    ("Anna but not Ben", "identity 3 | not identity 7"),
    ("a couple kissing", "person people ×2 hug"),
    ("an elderly couple on a bench", "person people ×2 +age:old | object bench"),
    ("5+ people at a table", "person people ×5 or more | object dining table"),
    ("half a dozen people", "person people ×6"),
    ("how many people in the lobby", "person people | place lobby"),
    ("a group of five people", "person people ×5"),
    ("a lone cyclist on a road", "person cyclist ×1 | place street"),
    ("two men and one woman", "person men ×2 +gender:man | person woman ×1 +gender:woman"),
    ("no more than two men", "person men ×1–2 +gender:man"),
    (
        "a man puts down his bag and walks away",
        (
            "person man put down walk with handbag with backpack with suitcase"
            " +gender:man +carried:bag"
        ),
    ),
    ("she takes off her jacket", "person she take off +gender:woman +garment:jacket"),
    ("two people shaking hands in an office", "person people ×2 shake hands | place office"),
    (
        "a man on a bike in a green t-shirt",
        "person man with bicycle +gender:man +upper_colour:green +garment:shirt",
    ),
    ("man in a suit and tie", "person man with tie +gender:man +garment:suit"),
    ("a bald man with a beard", "person man +gender:man +garment:beard"),
    ("someone in a yellow hard hat", "person person +garment:hat"),
    (
        "people in orange vests on a construction site",
        "person people +upper_colour:orange +garment:vest | place factory",
    ),
    ("a doctor in a white coat", "person worker +upper_colour:white +garment:coat"),
    ("a police officer talking to a driver", "person worker talk | person worker"),
    ("man running away from a dog", "person man run +gender:man | object dog"),
    ("he waves", "person he wave +gender:man"),
    ("waves on a beach", "place sea | place beach"),
    ("a man with a watch", "person man +gender:man | free watch"),
    ("he looks at his watch", "person he look +gender:man"),
    ("a red car parked in front of a house", "object car park +colour:red | place building"),
    ("any red cars?", "object car +colour:red"),
    ("show me a man with a beard", "person man +gender:man +garment:beard"),
    ("find clips of people running", "person people run"),
    ("where does Anna appear?", "identity 3"),
    ("lobby camera at night", "camera 5 | light night"),
    ("Anna in the lobby", "identity 3 | place lobby"),
    ('camera "Cam North" between 22:00 and 23:00', "camera 6 | when 22:00–23:00"),
    ("front door camera since Monday", "camera 8 | when from 23 Nov 2026"),
    ('a sign that says "exit"', "free sign that says | quoted exit"),
    ("the evening of June 3rd", "when 3 Jun 2026, 17:00–22:00"),
    ("from Monday to Friday", "when Mondays to Fridays"),
    ("from June to August", "when 1 Jun 2026 – 31 Aug 2026"),
    ("between June and August 2023", "when 1 Jun 2023 – 31 Aug 2023"),
    ("from 3 June to 9 June", "when 3 Jun 2026 – 9 Jun 2026"),
    ("from November to February", "when 1 Nov 2026 – 28 Feb 2027"),
    ("10 pm to 2 am", "when 22:00–02:00"),
    ("yesterday after 6pm", "when 22 Nov 2026 | when 18:00–00:00"),
    ("not on weekends", "not when Saturdays and Sundays"),
    ("a dog for at least five seconds", "object dog | length 5 s or longer"),
    ("blu shirt", "person +garment:shirt"),
    ("rde coat", "person +upper_colour:red +garment:coat"),
    ("mna in blue", "person man +gender:man +colour:blue"),
    ("a man before a wall holding a sign", "person man +gender:man | free wall | person hold"),
    ("in winter", "free winter"),
    ("a man on crutches", "person man +gender:man | free crutches"),
    (
        "red coat woman beach",
        "person woman +upper_colour:red +garment:coat +gender:woman | place beach",
    ),
    (
        "man with backpack walking away from camera",
        "person man walk with backpack +gender:man +carried:backpack | free camera",
    ),
    ("old lady feeding pigeons", "person woman feed with bird +gender:woman +age:old"),
    (
        "man walks in, sits down and opens a laptop",
        "person man enter sit open with laptop +gender:man",
    ),
    ("a man alone on a bench", "person man ×1 +gender:man | object bench"),
    ("person falling off a bike", "person person fall with bicycle"),
    ("a ball rolls into the street", "object ball roll | place street"),
    (
        "a security guard checking bags",
        "person worker check with handbag with backpack with suitcase +carried:bag",
    ),
    ("either a dog or a cat", "object dog | or object cat"),
    ("zero people", "person people ×0"),
    ("no cars or 0 people", "not object car | person people ×0"),
    ('sign reading "EXIT"', "free sign reading | quoted exit"),
    ("text 'welcome'", "free text | quoted welcome"),
    ("the dogs' and cats' food", "object dog | object cat | object food"),
    ("blue car driving past", "object car drive +colour:blue"),
    ("someone gets into a red car", "person person enter with car +thing_colour:red"),
    (
        "a woman on the beach in a red coat",
        (
            "person woman +gender:woman | place beach"
            " | person woman +gender:woman +upper_colour:red +garment:coat"
        ),
    ),
    (
        "woman in red near the beach not wearing a hat and a man with a dog",
        (
            "person woman +gender:woman +colour:red | place beach"
            " | person woman +gender:woman -garment:hat | person man with dog +gender:man"
        ),
    ),
    (
        "a man in the street without a hat",
        "person man +gender:man | place street | person man +gender:man -garment:hat",
    ),
    (
        "a man on the beach not dancing",
        "person man +gender:man | place beach | person man +gender:man -action:dance",
    ),
    (
        "a woman on the beach and in a red coat",
        ("person woman +gender:woman | place beach | person +upper_colour:red +garment:coat"),
    ),
    ("someone not carrying a bag", "person person -action:hold -carried:bag"),
    (
        "a kid who is not crying in a red coat",
        "person child +age:child -action:cry +upper_colour:red +garment:coat",
    ),
    ("no phones, laptops or books", "not object phone | not object laptop | not object book"),
    ("no dogs, two men or a cat", "not object dog | person men ×2 +gender:man | or object cat"),
    ("anyone but children", "person person | not person children +age:child"),
    ("a dog barks", "object dog bark"),
]


@pytest.mark.parametrize(("text", "expected"), READINGS)
def test_it_reads_what_producers_type(text: str, expected: str) -> None:
    assert told(text) == expected


@pytest.mark.parametrize("text", [text for text, _ in READINGS])
def test_it_is_read_while_it_is_typed(text: str) -> None:
    for end in range(len(text)):
        query = parse(text[:end], NAMES)
        spans = [part.span for part in query.parts]
        assert spans == sorted(spans) and all(query.text[slice(*span)] for span in spans)
        assert query.steps and isinstance(query.positive_text, str)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("sits down after the man leaves", ["man leaves", "man sits down"]),
        ("after the man leaves, a woman sits down", ["man leaves", "woman sits down"]),
        ("after a man enters a woman sits down", ["man enters", "woman sits down"]),
        ("before the train arrives, people wait", ["people wait", "the train arrives"]),
        ("before leaving he waves", ["he waves", "leaving"]),
        ("a car stops before a man gets out", ["a car stops", "man gets out"]),
        ("first a dog, then a cat", ["dog", "a cat"]),
        ("a man in red enters, then he sits", ["man in red enters", "man sits"]),
        ("a man enters, then she sits down", ["man enters", "she sits down"]),
        ("a woman sits down after Ben leaves", ["leaves", "woman sits down"]),
        ("after the rain", ["rain"]),
        ("after the man leaves", ["man leaves"]),
    ],
)
def test_it_reads_an_order_told_either_way_round(text: str, steps: list[str]) -> None:
    assert [step.positive_text for step in parse(text, NAMES).steps] == steps


def test_a_step_without_a_name_is_about_the_one_named_before() -> None:
    first, second = parse("Anna enters, then sits down", NAMES).steps
    assert [p.value for p in first.parts] == ["3", ""]
    assert [p.value for p in second.parts] == ["3", ""]
    man, he = parse("a man in a red coat enters, then he sits down").steps
    assert [w.topic for w in he.parts[0].wants] == [w.topic for w in man.parts[0].wants]


def test_taking_the_order_out_leaves_both_clauses() -> None:
    query = parse("after the man leaves, a woman sits down")
    assert query.without(query.parts[0]) == "the man leaves, a woman sits down"
    assert query.without(query.understood[1]) == "a woman sits down"


@pytest.mark.parametrize(
    ("typo", "word"),
    [
        *(("dgo", "dog"), ("rde", "red"), ("ctas", "cats"), ("gril", "girl"), ("hatt", "hat")),
        *(("gren", "green"), ("backpak", "backpack"), ("perosn", "person")),
    ],
)
def test_it_forgives_slips_in_short_words(typo: str, word: str) -> None:
    assert correct(typo) == word


def test_english_words_are_no_typos() -> None:
    words = REAL_WORDS.split()
    assert words == sorted(set(words)) and not set(words) & set(ENTRIES)
    assert {"winter", "crutches", "takes", "beech"} <= set(words)
    assert not [word for word in words if correct(word)]


CLAUSES = (
    *("the man leaves", "a woman sits down", "two people arrive", "a dog runs", "Anna enters"),
    *("a child in a red coat falls", "the train stops", "a man without a hat opens a door"),
)


@given(st.permutations(CLAUSES).map(lambda mixed: mixed[:2]))
def test_an_order_is_the_same_however_it_is_told(clauses: list[str]) -> None:
    first, second = clauses
    told_ways = (
        *(f"{first}, then {second}", f"{first} and then {second}", f"{second} after {first}"),
        *(f"{first} before {second}", f"after {first}, {second}", f"before {second}, {first}"),
    )
    read = {tuple(_acts(step.parts) for step in parse(way, NAMES).steps) for way in told_ways}
    assert len(read) == 1 and len(read.pop()) == 2


def _acts(parts: Sequence[Part]) -> str:
    return " | ".join(reading.told_of(p) for p in parts if p.kind is not Kind.LINK)
