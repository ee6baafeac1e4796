"""Pages of one asset, and of what is uploaded: what they show, and say when something is wrong."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from ingest import pages
from ingest.models import Asset, Library, Upload
from tests import factories

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _pipeline(settings: Any) -> None:
    settings.PIPELINE = ("ingest.stages.probe", "ingest.stages.shots")


@pytest.fixture
def owner() -> User:
    return factories.make_user("owner")


@pytest.fixture
def library(owner: User) -> Library:
    return factories.make_library(owner=owner, name="Harbour")


@pytest.fixture
def page(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


class TestAsset:
    def test_it_shows_player_shots_and_stages(self, page: Client, library: Library) -> None:
        asset = factories.make_asset(library, shots=3, files=True, start_timecode="10:00:00:00")
        factories.make_stage_run(asset)
        shown = text(page.get(reverse("ingest:asset", args=[asset.pk]), {"t": "2.5"}))
        assert reverse("ingest:proxy", args=[asset.pk]) in shown
        assert "10:00:04:00" in shown  # the third shot, at 25 frames per second
        assert 'data-start="2.5"' in shown
        assert reverse("recognition:asset-tracks", args=[asset.pk]) in shown
        assert reverse("recognition:asset-panel", args=[asset.pk]) in shown
        assert "Reading the file" in shown
        assert shown.count("data-shot ") == 3

    @pytest.mark.parametrize("value", ["-3", "nan", "inf", "x", "1e99", ""])
    def test_it_seeks_to_the_start_for_nonsense(
        self, page: Client, library: Library, value: str
    ) -> None:
        asset = factories.make_asset(library, files=True)
        response = page.get(reverse("ingest:asset", args=[asset.pk]), {"t": value})
        assert 'data-start="0"' in text(response)

    def test_it_counts_drop_frames(self, page: Client, library: Library) -> None:
        asset = factories.make_asset(
            library,
            time_base_num=1001,
            time_base_den=30000,
            frame_rate_num=30000,
            frame_rate_den=1001,
            start_timecode="00:00:59;20",
            is_drop_frame=True,
        )
        rows = pages.shot_rows(asset)
        assert rows[1].start_timecode == "00:01:01;12"  # 70 frames past 59;00, two numbers skipped

    @pytest.mark.parametrize("start", ["99:99:99:99", "soon", "00:00:00:77"])
    def test_it_shows_no_timecode_that_is_none(
        self, page: Client, library: Library, start: str
    ) -> None:
        asset = factories.make_asset(library, start_timecode=start)
        assert page.get(reverse("ingest:asset", args=[asset.pk])).status_code == 200
        assert pages.shot_rows(asset)[0].start_timecode == ""

    def test_it_shows_one_that_nothing_is_known_of_yet(
        self, page: Client, library: Library
    ) -> None:
        asset = Asset.objects.create(
            library=library, name="new.mp4", content_sha256="0", size_bytes=1, original_key="a"
        )
        shown = text(page.get(reverse("ingest:asset", args=[asset.pk])))
        assert "Being watched" in shown
        assert "Waiting for a worker" in shown

    def test_its_status_polls_and_then_loads_the_page_anew(
        self, page: Client, library: Library
    ) -> None:
        asset = factories.make_asset(library, status="processing")
        address = reverse("ingest:asset-status", args=[asset.pk])
        during = page.get(address, headers=HTMX)
        assert (during.status_code, "HX-Refresh" in during.headers) == (200, False)
        Asset.objects.filter(pk=asset.pk).update(status="failed")
        after = page.get(address, headers=HTMX)
        assert (after.status_code, after["HX-Refresh"]) == (286, "true")

    def test_its_status_never_interrupts_who_is_watching(
        self, page: Client, library: Library
    ) -> None:
        asset = factories.make_asset(library, status="processing", proxy_key="1/proxy.mp4")
        address = reverse("ingest:asset-status", args=[asset.pk])
        assert page.get(address, headers=HTMX)["HX-Refresh"] == "true"  # there is a player now
        watching = f"{address}?player=1"
        during = page.get(watching, headers=HTMX)
        assert during.status_code == 200
        assert f'hx-get="{watching}"' in text(during)
        Asset.objects.filter(pk=asset.pk).update(status="ready")
        after = page.get(watching, headers=HTMX)
        assert (after.status_code, after["HX-Trigger"]) == (286, "asset-done")
        assert "HX-Refresh" not in after.headers

    def test_it_retries_what_failed(self, page: Client, library: Library) -> None:
        asset = factories.make_asset(library, status="failed")
        page.post(reverse("ingest:asset-retry", args=[asset.pk]))
        asset.refresh_from_db()
        assert asset.status == Asset.Status.PENDING
        assert set(asset.stage_runs.values_list("state", flat=True)) == {"queued"}
        page.post(reverse("ingest:asset-cancel", args=[asset.pk]))
        asset.refresh_from_db()
        assert asset.status == Asset.Status.CANCELLED
        back = page.post(reverse("ingest:asset-retry", args=[asset.pk]), {"back": "library"})
        assert back["Location"] == reverse("ingest:library", args=[library.slug])
        asset.refresh_from_db()
        assert asset.status == Asset.Status.PENDING

    def test_it_asks_before_it_deletes(self, page: Client, library: Library) -> None:
        asset = factories.make_asset(library)
        address = reverse("ingest:asset-delete", args=[asset.pk])
        page.get(address)
        assert Asset.objects.filter(pk=asset.pk).exists()
        page.post(address)
        assert not Asset.objects.filter(pk=asset.pk).exists()

    def test_it_asks_as_much_for_many_shots_as_for_one(
        self, page: Client, library: Library, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        asset = factories.make_asset(library, shots=12)
        factories.make_line(asset, "Early", 0, 10)
        factories.make_line(asset, "Over a cut", 140, 160)
        with django_assert_num_queries(3):
            rows = pages.shot_rows(asset)
        assert len(rows) == 12
        said = {i: [(line.text, at) for line, at in row.lines] for i, row in enumerate(rows)}
        assert {i: lines for i, lines in said.items() if lines} == {
            0: [("Early", 0)], 2: [("Over a cut", Fraction(28, 5))],
        }  # fmt: skip

    def test_it_shows_what_is_said_as_text_alone(self, page: Client, library: Library) -> None:
        asset = factories.make_asset(library)
        for i in range(8):
            factories.make_line(asset, f"<img src=x onerror=alert({i})>", i, i + 1)
        shown = text(page.get(reverse("ingest:asset", args=[asset.pk])))
        assert "&lt;img src=x onerror=alert(0)&gt;" in shown and "<img src=x" not in shown
        assert "2 more lines" in shown

    def test_it_tells_what_could_not_be_read(self, page: Client, library: Library) -> None:
        asset = factories.make_asset(library)
        note = "The subtitles “….srt” beside this file hold no lines that can be read."
        factories.make_stage_run(asset, "ingest.stages.lines", summary={"notes": [note]})
        assert note in text(page.get(reverse("ingest:asset", args=[asset.pk])))


class TestUpload:
    def test_each_file_gets_its_own_answer(self, page: Client, library: Library) -> None:
        files = [SimpleUploadedFile("a.mp4", b"no film"), SimpleUploadedFile("b\n'.mp4", b"")]
        response = page.post(reverse("ingest:upload", args=[library.slug]), {"footage": files})
        assert response.status_code == 200
        outcomes = list(Upload.objects.order_by("id").values_list("outcome", flat=True))
        assert outcomes == ["refused", "refused"]
        for upload in Upload.objects.all():
            assert upload.sentence

    def test_the_module_gets_json(self, page: Client, library: Library) -> None:
        response = page.post(
            reverse("ingest:upload", args=[library.slug]),
            {"footage": SimpleUploadedFile("a.mp4", b"no film")},
            headers={"Accept": "application/json"},
        )
        [result] = response.json()["results"]
        assert result["outcome"] == "refused"
        assert result["sentence"]
        assert result["asset"] is None

    def test_it_says_when_no_file_was_chosen(self, page: Client, library: Library) -> None:
        response = page.post(reverse("ingest:upload", args=[library.slug]), {})
        assert response.status_code == 422
        assert "Choose at least one file" in text(response)
