"""Tags of cameras and editors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from ingest.media import metadata


@pytest.mark.parametrize(
    ("tags", "name"),
    [
        ({}, None),
        ({"make": "Apple", "model": "iPhone 15"}, "Apple iPhone 15"),
        ({"make": "Canon", "model": "Canon EOS R5"}, "Canon EOS R5"),
        ({"com.android.manufacturer": "Google"}, "Google"),
        ({"model": "a\x00b" + "x" * 500}, "ab" + "x" * 198),
    ],
)
def test_camera(tags: dict[str, str], name: str | None) -> None:
    assert metadata.camera_from(metadata.merge_tags([tags])) == name


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-01-02T03:04:05+0200",
         datetime(2024, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2)))),
        ("2024:01:02 03:04:05", datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("1904-01-01T00:00:00Z", None),
        ("2024-01-02", None),
        ("yesterday afternoon", None),
    ],
)  # fmt: skip
def test_date(text: str, moment: datetime | None) -> None:
    assert metadata.recorded_at_from({"creation_time": text}) == moment


def test_timecode_and_reel() -> None:
    assert metadata.timecode_from({"timecode": "01:00:00;00"}) == ("01:00:00;00", True)
    assert metadata.timecode_from({"timecode": "nonsense"}) == (None, False)
    tags = metadata.merge_tags([{"REEL_NAME": "A001"}, {"reel_name": "other"}])
    assert metadata.reel_from(tags) == "A001"
