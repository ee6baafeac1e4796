"""The admin: every list and form opens, asks little, and acts through the services."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from ingest import storage
from ingest.models import Asset, Library, StageRun, Upload
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _pipeline(settings: Any) -> None:
    settings.PIPELINE = ("ingest.stages.probe", "ingest.stages.shots")


@pytest.fixture
def staff(client: Client) -> Client:
    root = factories.make_user("root", is_staff=True, is_superuser=True)
    client.force_login(root)
    return client


@pytest.fixture
def library() -> Library:
    return factories.make_library(owner=factories.make_user())


def fill(library: Library, number: int) -> None:
    """So many of everything that the admin lists."""
    for _ in range(number):
        asset = factories.make_asset(library, camera=factories.make_camera(library))
        factories.make_stage_run(asset)
        identity = factories.make_identity(library)
        factories.make_crop(factories.make_track(asset.shots.all()[0], identity=identity))
        Upload.objects.create(library=library, asset=asset, name="a", outcome="accepted")
        factories.make_library(owner=factories.make_user())


def act(staff: Client, model: str, action: str, *pks: int) -> Any:
    address = reverse(f"admin:ingest_{model}_changelist")
    return staff.post(address, {"action": action, "_selected_action": pks}, follow=True)


def test_every_list_opens_and_asks_as_much_for_many_as_for_few(
    staff: Client, library: Library, django_assert_max_num_queries: Any
) -> None:
    fill(library, 8)
    for model in admin.site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        with django_assert_max_num_queries(16):
            response = staff.get(reverse(f"admin:{name}_changelist"))
        assert response.status_code == 200, name


def test_every_object_opens(staff: Client, library: Library) -> None:
    fill(library, 1)
    for model in admin.site._registry:
        row = model._default_manager.first()
        if row is None:
            continue
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        response = staff.get(reverse(f"admin:{name}_change", args=[row.pk]))
        assert response.status_code == 200, name


def test_it_has_our_name_and_keeps_our_policy(staff: Client) -> None:
    response = staff.get(reverse("admin:index"))
    assert "EveryID" in response.content.decode()
    assert "script-src 'self'" in response["Content-Security-Policy"]
    page = response.content.decode()
    assert "<style" not in page
    assert "style=" not in page
    assert "onclick=" not in page


def test_it_retries_what_failed(staff: Client, library: Library) -> None:
    asset = factories.make_asset(library, status="failed")
    run = factories.make_stage_run(asset, state="failed", error_sentence="No.", is_permanent=True)
    response = act(staff, "asset", "retry_selected", asset.pk)
    assert "1 queued again" in response.content.decode()
    asset.refresh_from_db()
    assert asset.status == Asset.Status.PENDING
    assert not StageRun.objects.filter(pk=run.pk, state="failed").exists()


def test_it_cancels_and_plans_anew(staff: Client, library: Library) -> None:
    asset = factories.make_asset(library, status="pending")
    act(staff, "asset", "rerun_selected", asset.pk)
    assert asset.stage_runs.filter(state="queued").count() == 2
    act(staff, "asset", "cancel_selected", asset.pk)
    asset.refresh_from_db()
    assert asset.status == Asset.Status.CANCELLED
    runs = list(asset.stage_runs.values_list("pk", flat=True))
    act(staff, "stagerun", "retry_selected", *runs)
    asset.refresh_from_db()
    assert asset.status == Asset.Status.PENDING
    act(staff, "stagerun", "cancel_selected", *runs)
    asset.refresh_from_db()
    assert asset.status == Asset.Status.CANCELLED


def test_it_deletes_assets_with_their_files(
    staff: Client, library: Library, django_capture_on_commit_callbacks: Any
) -> None:
    asset = factories.make_asset(library, files=True)
    factories.make_stage_run(asset)
    proxy = storage.derived_path(asset.proxy_key)
    assert proxy.exists()
    address = reverse("admin:ingest_asset_delete", args=[asset.pk])
    with django_capture_on_commit_callbacks(execute=True):
        response = staff.post(address, {"post": "yes"})
    assert response.status_code == 302
    assert not Asset.objects.filter(pk=asset.pk).exists()
    assert not proxy.exists()


def test_it_deletes_libraries_with_their_files(
    staff: Client, library: Library, django_capture_on_commit_callbacks: Any
) -> None:
    asset = factories.make_asset(library, files=True)
    proxy = storage.derived_path(asset.proxy_key)
    address = reverse("admin:ingest_library_delete", args=[library.pk])
    with django_capture_on_commit_callbacks(execute=True):
        staff.post(address, {"post": "yes"})
    assert not Library.objects.filter(pk=library.pk).exists()
    assert not proxy.exists()


def test_it_changes_no_fact(staff: Client, library: Library) -> None:
    asset = factories.make_asset(library)
    camera = factories.make_camera(library)
    elsewhere = factories.make_camera(factories.make_library())
    address = reverse("admin:ingest_asset_change", args=[asset.pk])
    page = staff.get(address).content.decode()
    assert f'<option value="{camera.pk}">' in page
    assert f'<option value="{elsewhere.pk}">' not in page
    formset = {"stage_runs-TOTAL_FORMS": 0, "stage_runs-INITIAL_FORMS": 0}
    staff.post(address, {"name": "new.mp4", "camera": camera.pk, "status": "failed", **formset})
    asset.refresh_from_db()
    assert (asset.name, asset.camera, asset.status) == ("new.mp4", camera, "ready")


def test_staff_without_rights_see_nothing(client: Client, library: Library) -> None:
    limited: User = factories.make_user(is_staff=True)
    client.force_login(limited)
    assert client.get(reverse("admin:ingest_asset_changelist")).status_code == 403


def test_stages_are_told_in_words(staff: Client, library: Library) -> None:
    asset = factories.make_asset(library)
    for stage in ("ingest.stages.probe", "ingest.stages.shots"):
        factories.make_stage_run(asset, stage=stage)
    address = reverse("admin:ingest_stagerun_changelist")
    runs = staff.get(address).content.decode()
    assert re.search(r'href="\?stage=ingest\.stages\.probe"[^>]*>\s*Reading the file\s*<', runs)
    chosen = staff.get(address, {"stage": "ingest.stages.probe"})
    assert chosen.context["cl"].result_count == 1
    page = staff.get(reverse("admin:ingest_asset_change", args=[asset.pk])).content.decode()
    assert "Reading the file" in page
