"""Libraries, assets, cameras and uploads by REST."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client

from ingest.models import Asset, Camera, Library, Role, Upload
from ingest.services.tokens import make_token
from tests import factories

pytestmark = pytest.mark.django_db


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
def api(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def test_it_takes_a_token(client: Client, owner: User, library: Library) -> None:
    _, secret = make_token(user=owner, name="test", scope="write")
    response = client.get("/api/libraries", headers={"Authorization": f"Token {secret}"})
    assert [item["slug"] for item in response.json()["results"]] == ["harbour"]


def test_it_lists_ones_own_libraries_with_the_role(api: Client, library: Library) -> None:
    factories.make_library(owner=factories.make_user())
    factories.make_asset(library)
    [only] = api.get("/api/libraries").json()["results"]
    assert (only["slug"], only["role"], only["assets"]) == ("harbour", "owner", 1)
    assert api.get("/api/libraries/harbour").json() == only


def test_it_makes_a_library(api: Client, owner: User) -> None:
    response = api.post("/api/libraries", {"name": "Rushes"})
    assert response.status_code == 201
    assert response.json()["role"] == "owner"
    assert Library.objects.get(slug="rushes").memberships.get().user == owner


def test_it_lists_and_narrows_assets(api: Client, library: Library) -> None:
    gate = factories.make_camera(library)
    one = factories.make_asset(library, name="Gate at night.mp4", camera=gate)
    two = factories.make_asset(library, status="failed")
    three = factories.make_asset(library, status="pending")
    factories.make_asset(factories.make_library(owner=factories.make_user()))

    def ids(query: str) -> set[int]:
        return {item["id"] for item in api.get(f"/api/assets?{query}").json()["results"]}

    assert ids("") == {one.pk, two.pk, three.pk}
    assert ids("library=harbour&status=failed") == {two.pk}
    assert ids("status=working") == {three.pk}
    assert ids(f"camera={gate.pk}") == {one.pk}
    assert ids("name=NIGHT") == {one.pk}
    assert ids("library=other") == ids("camera=x") == ids("status=odd") == set()


def test_it_asks_a_fixed_number_of_questions(
    api: Client, library: Library, django_assert_max_num_queries: Any
) -> None:
    for _ in range(10):
        factories.make_asset(library, shots=0, camera=factories.make_camera(library))
    with django_assert_max_num_queries(4):  # session, user, count, assets
        api.get("/api/assets")


def test_it_tells_all_of_one_asset(api: Client, library: Library) -> None:
    asset = factories.make_asset(library, files=True)
    factories.make_stage_run(asset)
    told = api.get(f"/api/assets/{asset.pk}").json()
    assert (told["name"], told["duration_s"], told["frame_rate"]) == (asset.name, 4.0, "25")
    assert told["proxy"] == f"/assets/{asset.pk}/proxy.mp4"
    assert [stage["state"] for stage in told["stages"]] == ["done"]
    assert "error_detail" not in told["stages"][0]
    assert "external_path" not in told


def test_it_tells_what_is_said(api: Client, library: Library) -> None:
    asset = factories.make_asset(library)
    factories.make_line(asset, "<b>Second</b>", 30, 40, language="en")
    factories.make_line(asset, "First", 10, 20)
    told = api.get(f"/api/assets/{asset.pk}/lines").json()
    assert told["count"] == 2
    assert told["results"][1] == {
        "start_pts": 30, "end_pts": 40, "start_s": 1.2, "end_s": 1.6,
        "text": "<b>Second</b>", "language": "en", "source": "subtitles 1",
    }  # fmt: skip
    assert told["results"][0]["text"] == "First"
    other = factories.make_asset(factories.make_library(owner=factories.make_user()))
    assert api.get(f"/api/assets/{other.pk}/lines").status_code == 404


def test_it_retries_cancels_and_deletes(api: Client, library: Library) -> None:
    asset = factories.make_asset(library, status="failed")
    assert api.post(f"/api/assets/{asset.pk}/retry").json()["status"] == "pending"
    assert api.post(f"/api/assets/{asset.pk}/cancel").json()["status"] == "cancelled"
    assert api.delete(f"/api/assets/{asset.pk}").status_code == 204
    assert not Asset.objects.exists()


def test_overlapping_cameras_are_set_read_and_kept(api: Client, library: Library) -> None:
    gate = factories.make_camera(library, "Gate")
    theirs = factories.make_camera(factories.make_library())
    sent = {"name": "Roof", "overlaps": [gate.pk]}
    made = api.post("/api/libraries/harbour/cameras", sent, content_type="application/json").json()
    assert made["overlaps"] == [gate.pk]
    own = f"/api/cameras/{gate.pk}"
    assert api.get(own).json()["overlaps"] == [made["id"]]
    kept = api.patch(own, {"place": "Pier"}, content_type="application/json").json()
    assert kept["overlaps"] == [made["id"]]
    for wrong in (theirs.pk, gate.pk):
        refused = api.patch(own, {"overlaps": [wrong]}, content_type="application/json")
        assert refused.status_code == 400
    emptied = api.patch(own, {"overlaps": []}, content_type="application/json").json()
    assert emptied["overlaps"] == []


def test_it_sets_the_camera_and_nothing_else(api: Client, library: Library) -> None:
    asset = factories.make_asset(library)
    ours = factories.make_camera(library)
    theirs = factories.make_camera(factories.make_library())

    def patch(**data: Any) -> Any:
        return api.patch(f"/api/assets/{asset.pk}", data, content_type="application/json")

    assert patch(camera=ours.pk, name="x", status="failed").json()["camera"] == ours.pk
    refused = patch(camera=theirs.pk)
    assert refused.status_code == 400
    assert refused.json()["errors"]["camera"] == ["This library has no such camera."]
    asset.refresh_from_db()
    assert (asset.camera, asset.status) == (ours, "ready")
    assert asset.name != "x"


def test_it_keeps_cameras(api: Client, library: Library) -> None:
    made = api.post("/api/libraries/harbour/cameras", {"name": "Gate"}).json()
    assert (made["name"], made["library"]) == ("Gate", "harbour")
    again = api.post("/api/libraries/harbour/cameras", {"name": "Gate"})
    assert again.status_code == 400
    address = f"/api/cameras/{made['id']}"
    changed = api.patch(address, {"name": "Gate", "place": "Pier"}, content_type="application/json")
    assert changed.json()["place"] == "Pier"
    assert [item["id"] for item in api.get("/api/libraries/harbour/cameras").json()] == [made["id"]]
    assert api.delete(address).status_code == 204
    assert not Camera.objects.exists()


def test_a_viewer_reads_and_changes_nothing(client: Client, library: Library) -> None:
    viewer = factories.make_user()
    factories.add_member(library, viewer, Role.VIEWER)
    client.force_login(viewer)
    asset = factories.make_asset(library)
    assert client.get(f"/api/assets/{asset.pk}").status_code == 200
    refused = client.delete(f"/api/assets/{asset.pk}")
    assert refused.status_code == 403
    assert refused.json()["code"] == "not_allowed"
    assert Asset.objects.filter(pk=asset.pk).exists()


class TestUploads:
    def test_a_refused_file_is_a_problem_with_a_sentence(
        self, api: Client, library: Library
    ) -> None:
        response = api.post(
            "/api/libraries/harbour/uploads", {"file": SimpleUploadedFile("a.mp4", b"no film")}
        )
        assert response.status_code == 422
        assert response["Content-Type"] == "application/problem+json"
        kept = Upload.objects.get()
        assert response.json()["detail"] == kept.sentence
        assert response.json()["code"] == kept.error_code
        [listed] = api.get("/api/libraries/harbour/uploads").json()["results"]
        assert (listed["name"], listed["outcome"]) == ("a.mp4", "refused")

    def test_an_empty_file_gets_its_own_answer(self, api: Client, library: Library) -> None:
        response = api.post(
            "/api/libraries/harbour/uploads", {"file": SimpleUploadedFile("a.mp4", b"")}
        )
        assert (response.status_code, response.json()["code"]) == (422, "empty_file")

    def test_a_film_is_accepted_once(self, api: Client, library: Library, tmp_path: Any) -> None:
        film = tmp_path / "film.mp4"
        factories.write_film(film, 5)
        answers = [
            api.post(
                "/api/libraries/harbour/uploads",
                {"file": SimpleUploadedFile(name, film.read_bytes())},
            )
            for name in ("one.mp4", "two.mp4")
        ]
        assert [answer.status_code for answer in answers] == [201, 200]
        outcomes = [answer.json()["outcome"] for answer in answers]
        assert outcomes == ["accepted", "duplicate"]
        assert answers[0].json()["asset"] == answers[1].json()["asset"] == Asset.objects.get().pk


class TestProblems:
    """One shape for every refusal (RFC 9457)."""

    @pytest.mark.parametrize(
        ("method", "address", "kind", "body", "status"),
        [
            ("get", "/api/assets/999999", None, None, 404),
            ("get", "/api/assets/" + "9" * 30, None, None, 404),
            ("get", "/api/nothing/here", None, None, 404),
            ("put", "/api/libraries", "application/json", "{}", 405),
            ("post", "/api/libraries", "application/json", "{", 400),
            ("post", "/api/libraries", "text/csv", "a,b", 415),
            ("post", "/api/libraries", "application/json", '{"name": ""}', 400),
            ("post", "/api/libraries", "application/json", '{"name": "Harbour"}', 400),
            ("post", "/api/libraries", "application/json", "[]", 400),
            ("post", "/api/libraries/harbour/uploads", "application/json", "{}", 415),
        ],
    )
    def test_it_is_the_same_for_all(
        self,
        api: Client,
        library: Library,
        method: str,
        address: str,
        kind: str | None,
        body: str | None,
        status: int,
    ) -> None:
        sent = {} if kind is None else {"data": body, "content_type": kind}
        response = getattr(api, method)(address, **sent)
        assert response.status_code == status
        assert response["Content-Type"] == "application/problem+json"
        told = response.json()
        assert {"type", "title", "status", "detail", "code"} <= set(told)
        assert told["status"] == status

    def test_the_unknown_are_asked_who_they_are(self, client: Client) -> None:
        response = client.get("/api/assets")
        assert (response.status_code, response["WWW-Authenticate"]) == (401, "Token")
        assert response.json()["code"] == "not_authenticated"
        wrong = client.get("/api/assets", headers={"Authorization": "Token nonsense"})
        assert (wrong.status_code, wrong.json()["code"]) == (401, "authentication_failed")

    def test_a_database_outage_is_told_as_such(
        self, api: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def gone(*_: Any) -> Any:
            raise OperationalError("the connection is closed")

        monkeypatch.setattr("ingest.api.assets_for", gone)
        response = api.get("/api/assets")
        assert response.status_code == 503
        assert response.json()["code"] == "database_unavailable"
        assert "closed" not in response.content.decode()
