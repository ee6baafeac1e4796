"""System checks."""

from __future__ import annotations

from typing import Any

from everyid_site import checks


def test_the_pipeline_as_it_is_has_no_problem() -> None:
    assert checks.check_pipeline(None) == []


def test_a_stage_that_does_not_exist_is_an_error(settings: Any) -> None:
    settings.PIPELINE = ("ingest.stages.probe", "ingest.stages.nothing", "no.such.place", "x")
    assert [problem.id for problem in checks.check_pipeline(None)] == ["everyid.E001"] * 3


def test_a_stage_named_twice_is_an_error(settings: Any) -> None:
    settings.PIPELINE = ("ingest.stages.probe", "ingest.stages.probe")
    assert {problem.id for problem in checks.check_pipeline(None)} == {"everyid.E002"}


def test_debug_pages_for_others_are_warned_of(settings: Any, monkeypatch: Any) -> None:
    assert checks.check_exposure(None) == []
    settings.DEBUG = True
    monkeypatch.setattr(checks, "environment", lambda: type("E", (), {"host": "0.0.0.0"}))
    assert [problem.id for problem in checks.check_exposure(None)] == ["everyid.W001"]
