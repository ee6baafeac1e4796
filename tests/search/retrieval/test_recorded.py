"""Questions about when: local days and hours, clock offsets, footage without a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from ingest.models import Library
from recognition.models import Encoder
from search.finder import SearchResult, find
from tests.factories import make_camera, make_library, make_user
from tests.search.made import make_film

pytestmark = pytest.mark.django_db
JUNE = datetime(2024, 6, 5, 18, 30, tzinfo=UTC)  # a Wednesday; 20:30 in Berlin, 14:30 in New York


def names(result: SearchResult) -> set[str]:
    return {found.asset.name for found in result.moments}


@pytest.fixture
def library(encoder: Encoder) -> Library:
    """Beaches: one of June 2024, one of an hour ago, one that nobody knows the time of."""
    library = make_library(owner=make_user("anna"), time_zone="Europe/Berlin")
    make_film(library, encoder, "beach", name="june", recorded_at=JUNE)
    recent = timezone.now() - timedelta(hours=1)
    make_film(library, encoder, "beach", name="now", recorded_at=recent)
    make_film(library, encoder, "beach", name="never")
    return library


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("beach in June 2024", {"june"}),
        ("beach on 2024-06-05 between 8 and 9 pm", {"june"}),
        ("beach in June 2024 between 6 and 7 pm", set()),
        ("beach on 5 June 2024 in the evening", {"june"}),
        ("beach in June 2024 in the morning", set()),
        ("beach before 2025 on wednesdays", {"june"}),
        ("beach before 2025 on sundays", set()),
        ("beach since 2025", {"now"}),
        ("beach in the last 2 days", {"now"}),
        ("beach in June 2024 or in the last 2 days", {"june", "now"}),
        ("beach, not in June 2024", {"now", "never"}),
    ],
)
def test_days_and_hours_are_the_librarys(library: Library, text: str, found: set[str]) -> None:
    result = find(text, user=None)
    assert names(result) == found
    assert result.untimed == (0 if "not" in text else 1)


def test_each_library_has_its_own_hours(library: Library, encoder: Encoder) -> None:
    there = make_library(time_zone="America/New_York")
    make_film(there, encoder, "beach", name="overseas", recorded_at=JUNE)
    assert names(find("beach in June 2024 around 8:30 pm", user=None)) == {"june"}
    assert names(find("beach in June 2024 around 2:30 pm", user=None)) == {"overseas"}


def test_a_cameras_clock_is_put_right(library: Library, encoder: Encoder) -> None:
    slow = make_camera(library, clock_offset_ms=2 * 3600 * 1000)
    make_film(library, encoder, "beach", name="slow", recorded_at=JUNE, camera=slow)
    assert names(find("beach in June 2024 between 10 and 11 pm", user=None)) == {"slow"}


def test_a_shot_counts_while_it_lasts(library: Library, encoder: Encoder) -> None:
    long = make_film(library, encoder, "beach", name="long", recorded_at=JUNE)
    shot = long.shots.get()
    shot.end_pts = shot.start_pts + int(3600 / long.time_base)
    shot.save()
    assert "long" in names(find("beach in June 2024 between 9 and 10 pm", user=None))
    assert "long" not in names(find("beach in June 2024 between 10 and 11 pm", user=None))


def test_a_zone_that_nobody_knows_is_utc(library: Library, encoder: Encoder) -> None:
    library.time_zone = "Mars/Olympus"
    library.save()
    assert names(find("beach in June 2024 between 6 and 7 pm", user=None)) == {"june"}
