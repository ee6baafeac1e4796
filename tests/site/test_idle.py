"""Idle workers let go of their networks, busy ones keep them."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from everyid_site.idle import IdleRelease


def test_it_lets_go_after_the_last_task() -> None:
    gone = threading.Event()
    keeper = IdleRelease(gone.set, 0.05)
    keeper.started()
    keeper.started()
    keeper.ended()
    assert not gone.wait(0.15), "a task was still running"
    keeper.ended()
    assert gone.wait(60)


def test_a_new_task_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also from a clock that rings in the moment in which the task begins."""
    rings: list[Callable[[], None]] = []

    class Clock(threading.Timer):
        def __init__(self, after_s: float, ring: Callable[[], None]) -> None:
            super().__init__(after_s, ring)
            rings.append(ring)

    monkeypatch.setattr(threading, "Timer", Clock)
    gone = threading.Event()
    keeper = IdleRelease(gone.set, 600)
    keeper.started()
    keeper.ended()
    keeper.started()
    rings[0]()
    assert not gone.is_set()
    keeper.ended()
    rings[1]()
    assert gone.is_set()
    keeper.started()  # stops its clock


def test_zero_means_never() -> None:
    gone = threading.Event()
    keeper = IdleRelease(gone.set, 0)
    keeper.started()
    keeper.ended()
    assert not gone.wait(0.1)
