"""Questions asked side by side: in order, each on a connection, whatever goes wrong."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial

import pytest
from django.db import OperationalError, connection

from search.retrieval.side_by_side import THREADS, close_threads, side_by_side
from search.retrieval.vector_tables import fetch


def backend() -> int:
    [(pid,)] = fetch("SELECT pg_backend_pid()", ())
    return int(pid)


def meeting(count: int) -> list[Callable[[], int]]:
    """Tasks that wait for one another: one after the other they would never meet."""
    all_here = threading.Barrier(count)
    met: set[int] = set()

    def meet(number: int) -> int:
        if number not in met:  # a task may be begun anew, and the others are gone by then
            met.add(number)
            all_here.wait(120)
        return backend()

    return [partial(meet, number) for number in range(count)]


@pytest.mark.django_db(transaction=True)
def test_answers_come_in_order_and_from_several_connections() -> None:
    found = side_by_side(meeting(3))
    assert len(set(found)) == 3 and found[0] == backend()
    assert side_by_side([partial(int, n) for n in range(50)]) == list(range(50))
    close_threads()


@pytest.mark.django_db
def test_within_a_transaction_all_is_asked_in_it() -> None:
    assert connection.in_atomic_block
    assert side_by_side([backend] * 3) == [backend()] * 3


@pytest.mark.django_db(transaction=True)
def test_what_goes_wrong_is_raised_when_all_are_over() -> None:
    over: list[int] = []

    def late() -> int:
        time.sleep(0.2)
        over.append(1)
        return 1

    def wrong() -> int:
        raise ValueError("no")

    for tasks in ([wrong, late, late], [late, wrong, late]):
        over.clear()
        with pytest.raises(ValueError, match="no"):
            side_by_side(tasks)
        assert over and threading.active_count() < 50
    close_threads()


@pytest.mark.django_db(transaction=True)
def test_many_searches_at_once_neither_wait_for_ever_nor_mix_up() -> None:
    answers: dict[int, list[int]] = {}

    def search(number: int) -> None:
        tasks: list[Callable[[], int]] = [partial(int, number * 10 + n) for n in range(5)]
        answers[number] = side_by_side(tasks)

    threads = [threading.Thread(target=search, args=(n,)) for n in range(5 * THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert answers == {n: [n * 10 + m for m in range(5)] for n in range(5 * THREADS)}
    close_threads()


@pytest.mark.django_db(transaction=True)
def test_closed_threads_leave_no_connection_and_come_back() -> None:
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    close_threads()
    [(before,)] = fetch(others, ())
    side_by_side(meeting(THREADS + 1))
    assert fetch(others, ())[0][0] > before
    close_threads()
    deadline = time.monotonic() + 120
    while fetch(others, ())[0][0] > before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert fetch(others, ())[0][0] == before
    assert side_by_side([backend, backend])[0] == backend()
    close_threads()


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_lost_a_moment_ago_is_made_anew() -> None:
    first = side_by_side(meeting(THREADS + 1))
    for pid in first[1:]:
        fetch("SELECT pg_terminate_backend(%s)", (pid,))
    again = side_by_side(meeting(THREADS + 1))
    assert again[0] == first[0] and not set(first[1:]) & set(again[1:])
    close_threads()


@pytest.mark.django_db(transaction=True)
def test_a_question_that_postgres_refuses_is_not_asked_twice() -> None:
    side_by_side(meeting(2))
    asked: list[int] = []

    def refused() -> int:
        asked.append(1)
        fetch("SELECT pg_sleep(1)", (), settings="SET LOCAL statement_timeout = 20")
        return 1

    with pytest.raises(OperationalError):
        side_by_side([backend, refused])
    assert asked == [1]
    close_threads()
