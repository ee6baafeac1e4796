"""Pages of libraries and assets: what they show, what they say when something is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from ingest import pages
from ingest.models import Asset, Camera, Library, Role, StageRun
from ingest.selectors import overlapping_cameras
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


class TestLibraries:
    def test_it_offers_to_make_the_first(self, page: Client) -> None:
        assert "No libraries yet" in text(page.get(reverse("ingest:libraries")))

    def test_it_lists_them_with_counts(self, page: Client, library: Library) -> None:
        factories.make_asset(library)
        factories.make_asset(library, status="failed")
        factories.make_asset(library, status="processing")
        shown = text(page.get(reverse("ingest:libraries")))
        assert "3 assets" in shown
        assert "2 of 3 done" in shown
        assert "1 failed" in shown

    def test_it_asks_a_fixed_number_of_questions(
        self, owner: User, library: Library, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for _ in range(3):
            other = factories.make_library(owner=owner)
            factories.make_asset(other, poster_key="1/poster.webp")
        with django_assert_num_queries(3):
            cards = pages.library_cards(owner)
        assert len(cards) == 4
        assert sorted(len(card.poster_ids) for card in cards) == [0, 1, 1, 1]

    def test_it_keeps_asking_while_something_is_indexed(
        self, page: Client, library: Library
    ) -> None:
        asset = factories.make_asset(library, status="processing")
        assert page.get(reverse("ingest:libraries"), headers=HTMX).status_code == 200
        Asset.objects.filter(pk=asset.pk).update(status="ready")
        assert page.get(reverse("ingest:libraries"), headers=HTMX).status_code == 286

    def test_it_makes_one_and_goes_to_its_upload(self, page: Client, owner: User) -> None:
        response = page.post(reverse("ingest:library-create"), {"name": "Rushes"})
        made = Library.objects.get(name="Rushes")
        assert response["Location"] == reverse("ingest:upload", args=[made.slug])
        assert made.memberships.get().role == Role.OWNER

    def test_it_keeps_what_was_typed_when_the_name_is_taken(
        self, page: Client, library: Library
    ) -> None:
        response = page.post(reverse("ingest:library-create"), {"name": "Harbour"})
        assert response.status_code == 422
        assert 'value="Harbour"' in text(response)
        assert "already" in text(response)


class TestLibrary:
    def test_it_shows_why_an_asset_failed_and_how_to_retry(
        self, page: Client, library: Library
    ) -> None:
        asset = factories.make_asset(
            library, status="failed", error_sentence="This file has no picture."
        )
        shown = text(page.get(reverse("ingest:library", args=[library.slug])))
        assert "This file has no picture." in shown
        assert reverse("ingest:asset-retry", args=[asset.pk]) in shown

    def test_it_shows_no_tools_to_a_viewer(self, client: Client, library: Library) -> None:
        viewer = factories.make_user()
        factories.add_member(library, viewer)
        factories.make_asset(library, status="failed")
        factories.make_camera(library)
        client.force_login(viewer)
        shown = text(client.get(reverse("ingest:library", args=[library.slug])))
        for tool in ("/upload", "/retry", "/members", "Add a camera"):
            assert tool not in shown

    def test_it_never_trusts_a_file_name(self, page: Client, library: Library) -> None:
        asset = factories.make_asset(library, name='<script>alert(1)</script>"onx="')
        for address in (
            reverse("ingest:library", args=[library.slug]),
            reverse("ingest:asset", args=[asset.pk]),
            reverse("ingest:asset-delete", args=[asset.pk]),
        ):
            shown = text(page.get(address))
            assert "<script>alert" not in shown
            assert '"onx="' not in shown

    def test_it_filters_by_status_and_camera(self, page: Client, library: Library) -> None:
        gate = factories.make_camera(library, "Gate")
        factories.make_asset(library, name="at-gate.mp4", camera=gate)
        factories.make_asset(library, name="broken.mp4", status="failed")
        address = reverse("ingest:library", args=[library.slug])
        by_camera = text(page.get(address, {"camera": gate.pk}))
        assert "at-gate.mp4" in by_camera
        assert "broken.mp4" not in by_camera
        by_status = text(page.get(address, {"status": "failed"}))
        assert "broken.mp4" in by_status
        assert "at-gate.mp4" not in by_status
        assert "Nothing matches" in text(page.get(address, {"status": "cancelled"}))

    @pytest.mark.parametrize("query", ["camera=x", "camera=999999", "status=odd", "page=-7"])
    def test_it_shrugs_off_nonsense_in_the_address(
        self, page: Client, library: Library, query: str
    ) -> None:
        factories.make_asset(library, name="a.mp4")
        response = page.get(f"{reverse('ingest:library', args=[library.slug])}?{query}")
        assert response.status_code == 200
        assert "a.mp4" in text(response)

    def test_it_polls_the_grid_until_all_is_done(self, page: Client, library: Library) -> None:
        asset = factories.make_asset(library, status="processing")
        factories.make_stage_run(asset)
        factories.make_stage_run(
            asset, "ingest.stages.shots", state=StageRun.State.RUNNING, progress=50
        )
        address = reverse("ingest:library", args=[library.slug])
        during = page.get(address, headers=HTMX)
        assert during.status_code == 200
        assert "<html" not in text(during)
        assert 'value="75"' in text(during)
        assert f'hx-get="{address}"' in text(during)
        Asset.objects.filter(pk=asset.pk).update(status="ready")
        after = page.get(address, headers=HTMX)
        assert after.status_code == 286
        assert "hx-get" not in text(after)

    def test_it_asks_as_much_for_many_as_for_one(
        self, page: Client, library: Library, django_assert_max_num_queries: Any
    ) -> None:
        address = reverse("ingest:library", args=[library.slug])
        factories.make_stage_run(factories.make_asset(library, shots=0))
        with django_assert_max_num_queries(16) as for_one:
            page.get(address)
        for _ in range(12):
            factories.make_stage_run(factories.make_asset(library, shots=0))
        with django_assert_max_num_queries(len(for_one)):
            page.get(address)


class TestMembers:
    def test_an_owner_adds_changes_and_removes(self, page: Client, library: Library) -> None:
        factories.make_user("ben")
        page.post(
            reverse("ingest:member-add", args=[library.slug]),
            {"username": "ben", "role": "viewer"},
        )
        member = library.memberships.get(user__username="ben")
        assert member.role == Role.VIEWER
        change = reverse("ingest:member-change", args=[library.slug, member.pk])
        page.post(change, {"role": "editor"})
        member.refresh_from_db()
        assert member.role == Role.EDITOR
        page.post(change, {"role": "remove"})
        assert not library.memberships.filter(user__username="ben").exists()

    def test_it_says_when_nobody_has_the_name(self, page: Client, library: Library) -> None:
        response = page.post(
            reverse("ingest:member-add", args=[library.slug]),
            {"username": "nobody", "role": "viewer"},
        )
        assert response.status_code == 422
        assert "Nobody here signs in with this name" in text(response)
        assert 'value="nobody"' in text(response)

    @pytest.mark.parametrize("role", ["viewer", "remove"])
    def test_the_last_owner_stays(
        self, page: Client, library: Library, owner: User, role: str
    ) -> None:
        member = library.memberships.get(user=owner)
        change = reverse("ingest:member-change", args=[library.slug, member.pk])
        response = page.post(change, {"role": role}, follow=True)
        assert "needs an owner" in text(response)
        assert library.memberships.get(user=owner).role == Role.OWNER

    def test_a_member_of_another_library_is_not_found(self, page: Client, library: Library) -> None:
        other = factories.make_library(owner=factories.make_user())
        member = other.memberships.get()
        change = reverse("ingest:member-change", args=[library.slug, member.pk])
        assert page.post(change, {"role": "remove"}).status_code == 404
        assert other.memberships.filter(pk=member.pk).exists()


class TestCameras:
    def test_an_editor_adds_changes_and_removes(self, page: Client, library: Library) -> None:
        add = reverse("ingest:camera-add", args=[library.slug])
        page.post(add, {"name": "Gate", "place": "Pier 3", "clock_offset_s": "-1.5"})
        camera = library.cameras.get()
        assert (camera.name, camera.place, camera.clock_offset_ms) == ("Gate", "Pier 3", -1500)
        change = reverse("ingest:camera-change", args=[library.slug, camera.pk])
        assert 'value="-1.5"' in text(page.get(change))
        page.post(change, {"name": "North gate", "clock_offset_s": ""})
        camera.refresh_from_db()
        assert (camera.name, camera.clock_offset_ms) == ("North gate", 0)
        asset = factories.make_asset(library, camera=camera)
        page.post(change, {"remove": "1"})
        asset.refresh_from_db()
        assert asset.camera is None

    def test_two_of_one_name_are_refused(self, page: Client, library: Library) -> None:
        factories.make_camera(library, "Gate")
        add = reverse("ingest:camera-add", args=[library.slug])
        response = page.post(add, {"name": "Gate", "place": "Roof"})
        assert response.status_code == 422
        assert "a camera of this name already" in text(response)
        assert Camera.objects.count() == 1

    def test_cameras_that_see_one_place_are_said_to(self, page: Client, library: Library) -> None:
        gate = factories.make_camera(library, "Gate")
        theirs = factories.make_camera(factories.make_library(), "Theirs")
        add = reverse("ingest:camera-add", args=[library.slug])
        page.post(add, {"name": "Roof", "overlaps": [gate.pk]})
        roof = library.cameras.get(name="Roof")
        assert overlapping_cameras(library.pk) == ((gate.pk, roof.pk),)
        change = reverse("ingest:camera-change", args=[library.slug, gate.pk])
        assert "Theirs" not in text(page.get(change))
        assert page.post(change, {"name": "Gate", "overlaps": [theirs.pk]}).status_code == 422
        page.post(change, {"name": "Gate"})
        assert overlapping_cameras(library.pk) == ()

    def test_an_asset_takes_a_camera_of_its_own_library_alone(
        self, page: Client, library: Library
    ) -> None:
        asset = factories.make_asset(library)
        ours = factories.make_camera(library)
        theirs = factories.make_camera(factories.make_library())
        address = reverse("ingest:asset-camera", args=[asset.pk])
        page.post(address, {"camera": ours.pk})
        page.post(address, {"camera": theirs.pk})
        asset.refresh_from_db()
        assert asset.camera == ours
