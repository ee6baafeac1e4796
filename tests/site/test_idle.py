"""Idle workers let go of their networks, busy ones keep them."""

from __future__ import annotations

import threading

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


def test_a_new_task_keeps_it() -> None:
    gone = threading.Event()
    keeper = IdleRelease(gone.set, 0.6)
    keeper.started()
    keeper.ended()
    keeper.started()
    assert not gone.wait(0.9)


def test_zero_means_never() -> None:
    gone = threading.Event()
    keeper = IdleRelease(gone.set, 0)
    keeper.started()
    keeper.ended()
    assert not gone.wait(0.1)
