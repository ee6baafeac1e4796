"""Answers of language models: taken, mended, asked for again, refused; never stored as they are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.engine import accounts, captioning
from recognition.engine.accounts import Account, NotAnAccount, mend_account, parse_account
from recognition.engine.captioning import TRUST, describe, phrases_of, readings_of
from recognition.engine.types import NetworkInfo, Reading, Turn

GOOD: dict[str, Any] = {
    "sentence": "a woman in a red coat walks a dog on the beach.",
    "words": ["woman", "dog", "beach"],
    "scene": "beach",
    "people": [
        {
            "appears": "woman",
            "age": "adult",
            "wears": [{"garment": "coat", "colour": "red"}, {"garment": "jeans", "colour": "navy"}],
            "carries": ["a leather handbag"],
            "does": "walks a dog",
        }
    ],
    "actions": ["walking"],
}
PICTURE = np.zeros((8, 8, 3), dtype=np.uint8)


def with_changes(**changes: Any) -> str:
    return json.dumps({**GOOD, **changes})


def test_a_right_answer_is_taken() -> None:
    account = parse_account(json.dumps(GOOD))
    assert account.sentence == "A woman in a red coat walks a dog on the beach."
    assert account.words == ("woman", "dog", "beach") and account.scene == "beach"
    assert parse_account(f"```json\n{json.dumps(GOOD)}\n```") == account


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"sentence": "beach"}, "sentence"),
        ({"sentence": "x" * 400}, "sentence"),
        ({"sentence": 7}, "sentence"),
        ({"words": ["beach", "beach", "sea"]}, "words"),
        ({"words": ["one", "two", "three"]}, "words"),
        ({"words": ["beach", "dog"]}, "words"),
        ({"scene": "moon base"}, "scene"),
        ({"people": [{"appears": "Angela Merkel"}]}, "people.0.appears"),
        ({"people": "two"}, "people"),
        ({"mood": "happy"}, "mood"),
    ],
)
def test_what_breaks_the_schema_is_refused_and_said_where(
    changes: dict[str, Any], where: str
) -> None:
    with pytest.raises(NotAnAccount, match=f"^{where}"):
        parse_account(with_changes(**changes))


@pytest.mark.parametrize(
    "answer",
    [
        f"Sure! Here is the JSON:\n```json\n{json.dumps(GOOD)}\n```\nAnything else?",
        f"The picture {json.dumps(GOOD)} as asked.",
        str(GOOD),
        json.dumps(GOOD)[:-1] + ",}",
        json.dumps(GOOD)[:-14],
        with_changes(scene="A beach", words="woman, dog, beach", mood="calm"),
        with_changes(words=["woman", "dog", "beach", "red", "coat"]),
        with_changes(people=["woman", {"appears": "man", "wears": ["red coat"]}]),
        with_changes(people=None, actions=None),
    ],
)
def test_a_wrong_form_is_mended(answer: str) -> None:
    with pytest.raises(NotAnAccount):
        parse_account(answer)
    account = mend_account(answer)
    assert account.words == ("woman", "dog", "beach") and account.scene == "beach"


def test_strings_of_clothes_are_taken_apart() -> None:
    answer = with_changes(people=[{"appears": "man", "wears": ["red coat", "black dress shoes"]}])
    (man,) = mend_account(answer).people
    assert [(c.colour, c.garment) for c in man.wears] == [("red", "coat"), ("black", "dress shoes")]


@pytest.mark.parametrize(
    "answer", ["", "I cannot see that.", "{", "[1, 2]", "{}", "{" * 5000, "null", "x" * 30_000]
)
def test_what_has_no_account_in_it_is_refused(answer: str) -> None:
    for take in (parse_account, mend_account):
        with pytest.raises(NotAnAccount):
            take(answer)


@given(
    st.text(max_size=200) | st.builds(lambda a, n: a[:n], st.just(str(GOOD)), st.integers(0, 500))
)
def test_whatever_comes_is_an_account_or_refused(answer: str) -> None:
    for take in (parse_account, mend_account):
        try:
            account = take(answer)
        except NotAnAccount as error:
            assert str(error)
        else:
            assert account.scene in accounts.SCENES and len(set(account.words)) == 3


def test_control_characters_do_not_come_through() -> None:
    account = parse_account(with_changes(sentence="A man\u0000 walks\n\n<b>here</b>\u202e now."))
    assert account.sentence == "A man walks <b>here</b> now."


class Scripted:
    """A captioner that says what it was told to say, in order."""

    info = NetworkInfo("scripted", "captions", "scripted-1")

    def __init__(self, *rounds: Sequence[str]) -> None:
        self.rounds = list(rounds)
        self.asked: list[list[Turn]] = []

    def answer(self, turns: Sequence[Turn]) -> list[str]:
        self.asked.append(list(turns))
        return list(self.rounds.pop(0))


def test_a_wrong_answer_is_asked_for_again_once_and_then_refused() -> None:
    wrong = with_changes(scene="moon base")
    captioner = Scripted(
        [json.dumps(GOOD), str(GOOD), wrong, "no"], [with_changes(scene="lake"), "still no"]
    )
    told = describe(captioner, [PICTURE] * 4)
    scenes = [account.scene if account else None for account in told.accounts]
    assert scenes == ["beach", "beach", "lake", None]
    assert (told.mended, told.asked_again, told.refused) == (1, 2, 1)
    (first, second) = captioner.asked
    assert [t.complaint for t in first] == [""] * 4
    assert second[0].answer == wrong and "“moon base” is no scene" in second[0].complaint


def test_nothing_to_look_at_asks_nobody() -> None:
    captioner = Scripted()
    assert describe(captioner, []).accounts == () and captioner.asked == []


def test_people_become_attributes_in_the_words_of_attributes() -> None:
    (woman,) = parse_account(json.dumps(GOOD)).people
    assert readings_of(woman) == [
        Reading(name, value, TRUST)
        for name, value in (
            ("gender", "woman"), ("age", "adult"), ("garment", "coat"), ("upper_colour", "red"),
            ("lower_colour", "blue"), ("bag", "handbag"),
        )
    ]  # fmt: skip
    phrases = phrases_of(parse_account(json.dumps(GOOD)))
    assert {"red coat", "navy jeans", "walks a dog", "walking", "dog"} <= set(phrases)


def test_the_version_covers_prompt_and_schema() -> None:
    assert len(accounts.VERSION) == 12
    assert all(f'"{name}"' in accounts.PROMPT for name in Account.model_fields)
    assert captioning.TRUST < 1
