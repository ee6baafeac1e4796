"""Figures of search on drawn footage: the truth, and how answers are judged by it."""

from __future__ import annotations

from typing import Any

import pytest

from evaluation.made_search import QUESTIONS, Asked, as_table, judge, right
from evaluation.made_truth import HATTED, MEN, WOMEN, shot_at, shots
from everyid_site.demo.cast import CAST
from search.query.parsing import Kind, parse


def moment(film: str, start_s: float, end_s: float) -> dict[str, Any]:
    return {"asset": {"name": film}, "start_s": start_s, "end_s": end_s}


def asked(query: str) -> Asked:
    return next(q for q in QUESTIONS if q.query == query)


FIGURES = {"count": 1, "r_at_1": 0.0, "r_at_5": 1.0, "mrr": 0.5, "precision": 0.5}
BEACH, EDITED = "beach-morning.mp4", "a-day-out.mp4"


def test_shots_follow_each_other_and_people_come_and_go() -> None:
    edited = [shot for shot in shots() if shot.film == EDITED]
    assert [a.end_s for a in edited[:-1]] == [b.start_s for b in edited[1:]]
    assert shot_at(EDITED, edited[-1].end_s) is None
    beach = shot_at(BEACH, 1.0)
    assert beach is not None and set(beach.people_at(2.0)) == {"ada"}
    assert set(beach.people_at(6.5)) == {"ada", "ben"}
    assert set(CAST) == WOMEN | MEN and not WOMEN & MEN and HATTED <= MEN


@pytest.mark.parametrize(
    ("query", "answer", "is_right"),
    [
        ("woman in a red coat", moment(BEACH, 0, 4), True),
        ("woman in a red coat", moment(BEACH, 10, 12), False),
        ("woman in a red coat", moment("gone.mp4", 0, 4), False),
        ("two people on a beach", moment(BEACH, 6, 7), True),
        ("two people on a beach", moment(BEACH, 1, 3), False),
        ("a woman in red, then a man in blue", moment(BEACH, 0, 12), True),
        ("a woman in red, then a man in blue", moment(BEACH, 10, 12), False),
        ("a man in yellow, then a woman in red", moment(BEACH, 0, 12), False),
        ("woman not in red", moment(EDITED, 6.5, 9.5), True),
        ("woman not in red", moment(EDITED, 2.5, 6.5), False),
    ],
)
def test_an_answer_is_judged_by_what_was_drawn(
    query: str, answer: dict[str, Any], *, is_right: bool
) -> None:
    assert right(asked(query), answer) is is_right


def test_its_own_shot_is_no_answer_to_an_example() -> None:
    like = Asked("like a frame", "", asked("a beach").is_right, "frame:1", (BEACH, 0.0))
    assert right(like, moment(BEACH, 1, 2)) is None
    assert right(like, moment(EDITED, 2.5, 6.5)) is True


def test_figures_count_the_first_right_answer() -> None:
    questions = [asked("a beach"), asked("a cat")]
    wrong, beach = moment(BEACH, 20, 22), moment(BEACH, 0, 12)
    told = judge(questions, [{"moments": [wrong, beach]}, {"moments": []}])
    assert told["kinds"]["place"] == FIGURES
    assert told["kinds"]["object"]["mrr"] == 0.0 and told["missed"] == ["a beach", "a cat"]
    assert "place" in as_table({"all": told})


def test_every_question_is_understood() -> None:
    parts = [part for question in QUESTIONS for part in parse(question.query).understood]
    unknown = {part.phrase for part in parts if part.kind is Kind.FREE}
    assert unknown == {"trees", "coffee", "flower"}  # nothing that a reader names
