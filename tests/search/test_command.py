"""``manage.py search``."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from recognition.models import Encoder
from tests.factories import make_library, make_user
from tests.search.made import make_film

pytestmark = pytest.mark.django_db


def run(*words: str, **options: Any) -> str:
    out = StringIO()
    call_command("search", *words, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def owner_name(encoder: Encoder) -> str:
    owner = make_user("ada")
    make_film(make_library(owner=owner, name="Shore"), encoder, "beach", name="shore.mp4")
    return "ada"


def test_it_answers_as_the_api_does(owner_name: str) -> None:
    answer = json.loads(run("the beach", "--json", "--limit", "3"))
    assert answer["query"] == "the beach"
    moment = answer["moments"][0]
    assert moment["asset"]["name"] == "shore.mp4" and moment["evidence"]
    assert {"start_s", "end_s", "score"} <= set(moment)


def test_it_sees_what_a_user_sees(owner_name: str) -> None:
    make_user("bob")
    assert json.loads(run("beach", "--json", "--user", "ada"))["total"] == 1
    assert json.loads(run("beach", "--json", "--user", "bob"))["total"] == 0


def test_it_keeps_to_a_library(owner_name: str, encoder: Encoder) -> None:
    make_film(make_library(name="Other"), encoder, "beach", name="other.mp4")
    told = json.loads(run("beach", "--json", "--library", "Other"))
    assert [m["asset"]["name"] for m in told["moments"]] == ["other.mp4"]


def test_it_prints_a_table(owner_name: str) -> None:
    assert "shore.mp4" in run("beach")
    make_user("bob")
    assert "No footage yet" in run("beach", "--user", "bob")


def test_it_answers_many(owner_name: str, tmp_path: Path) -> None:
    file = tmp_path / "queries.jsonl"
    file.write_text('{"query": "beach", "relevant": []}\nstreet\n\n')
    told = json.loads(run("--batch", str(file), "--json", batch=file))
    assert [answer["query"] for answer in told] == ["beach", "street"]


@pytest.mark.parametrize("words", [["--library", "none"], ["--user", "nobody"]])
def test_it_says_what_is_missing(encoder: Encoder, words: list[str]) -> None:
    with pytest.raises(CommandError, match="There is no"):
        run("beach", *words)


@pytest.mark.parametrize("line", ["{broken", '{"other": 1}'])
def test_it_refuses_a_broken_file(encoder: Encoder, tmp_path: Path, line: str) -> None:
    file = tmp_path / "queries.jsonl"
    file.write_text(line)
    with pytest.raises(CommandError, match="query"):
        run("--batch", str(file))
    with pytest.raises(CommandError, match="cannot be read"):
        run("--batch", str(tmp_path / "missing"))
