"""Limits of the API: counted once for all processes, exactly, and over a window that slides."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.db import connection

from ingest.models import RateCount
from ingest.services.rates import count_request, parse_rate, whole_seconds
from tests.search.test_agents import ROOT, environment


def make_older(seconds: float) -> None:
    """As if so much time had passed."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ingest_ratecount SET started_s = started_s - %s", [seconds])


@pytest.mark.parametrize(
    ("rate", "read"),
    [("5/second", (5, 1)), ("240/minute", (240, 60)), ("9/hour", (9, 3600)), ("1/day", (1, 86400))],
)
def test_a_rate_is_read(rate: str, read: tuple[int, int]) -> None:
    assert parse_rate(rate) == read


@pytest.mark.django_db
class TestOneCaller:
    def test_the_limit_and_not_one_more(self) -> None:
        assert [count_request("a", "3/hour") for _ in range(3)] == [None] * 3
        wait_s = count_request("a", "3/hour")
        assert wait_s is not None and 3300 < wait_s <= 3600
        assert count_request("b", "3/hour") is None

    def test_the_window_before_fades(self) -> None:
        for _ in range(10):
            count_request("a", "10/hour")
        make_older(3600 * 1.5)  # half of the ten, less one, still counts
        assert [count_request("a", "10/hour") is None for _ in range(7)] == [True] * 6 + [False]

    def test_after_two_windows_all_is_forgotten(self) -> None:
        for _ in range(10):
            count_request("a", "10/hour")
        make_older(7200)
        assert [count_request("a", "10/hour") for _ in range(10)] == [None] * 10

    @pytest.mark.parametrize("limit", [1, 2, 3, 7, 40])
    def test_whoever_waits_as_told_is_answered(self, limit: int) -> None:
        for _ in range(3):  # at once in the first window, by fading in those after it
            while (wait_s := count_request("a", f"{limit}/hour")) is None:
                pass
            make_older(whole_seconds(wait_s))
            assert count_request("a", f"{limit}/hour") is None

    def test_refused_requests_do_not_count(self) -> None:
        count_request("a", "1/hour")
        before = RateCount.objects.values().get()
        assert count_request("a", "1/hour") is not None
        assert RateCount.objects.values().get() == before

    def test_a_count_waits_for_no_disk(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'ingest_ratecount'")
            assert cursor.fetchone() == ("u",)

    def test_it_is_one_question(self, django_assert_num_queries: object) -> None:
        with django_assert_num_queries(1):  # type: ignore[operator]
            count_request("a", "3/hour")


@pytest.mark.django_db(transaction=True)
class TestManyCallers:
    def test_threads_that_ask_at_once_get_the_limit_together(self) -> None:
        """Each thread has a connection of its own, as each web process has."""
        answers: list[float | None] = []
        together = threading.Barrier(6)

        def ask() -> None:
            together.wait(60)
            try:
                answers.extend(count_request("a", "40/day") for _ in range(20))
            finally:
                connection.close()

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        assert (len(answers), answers.count(None)) == (120, 40)

    def test_another_process_has_the_same_count(self, tmp_path: Path) -> None:
        script = (
            "from ingest.services.rates import count_request as count\n"
            "print(sum(count('a', '5/day') is None for _ in range(4)))"
        )
        said = [
            subprocess.run(
                [sys.executable, "manage.py", "shell", "--no-imports", "-c", script],
                cwd=ROOT,
                env=environment(tmp_path),
                capture_output=True,
                text=True,
                check=True,
                timeout=240,
            ).stdout.strip()
            for _ in range(2)
        ]
        assert said == ["4", "1"]
