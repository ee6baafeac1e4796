"""Downloads of bins, searches and logs: who gets them, what is in them, what is written down."""

from __future__ import annotations

import csv
import io

import opentimelineio as otio
import pytest
from django.test import Client

from ingest.models import Asset, AuditEntry, Library
from recognition.models import Encoder
from search.exports.formats import FORMATS
from search.models import Bin
from tests.factories import add_member, make_bin, make_identity, make_library, make_line, make_user
from tests.search.made import describe, make_film, see_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def asset(encoder: Encoder) -> Asset:
    asset = make_film(make_library(), encoder, "beach", name="shore.mp4")
    shot = asset.shots.get()
    describe(shot, "A woman on a beach.", scene="beach")
    make_line(asset, "The shore is near.", shot.start_pts, shot.start_pts + 10)
    make_line(asset, "Gone.", shot.end_pts, shot.end_pts + 10)
    see_person(shot, identity=make_identity(asset.library, name="Anna"))
    see_person(shot, identity=make_identity(asset.library, name="Shy", is_hidden=True))
    return asset


@pytest.fixture
def bin(asset: Asset) -> Bin:
    return make_bin(asset.library, "Red coats", asset)


def addresses(bin: Bin, asset: Asset) -> list[str]:
    return [f"/bins/{bin.pk}/export/", "/search/export/", f"/assets/{asset.pk}/log/"]


def sign_in(client: Client, asset: Asset, role: str | None) -> None:
    user = make_user("ed")
    if role:
        add_member(asset.library, user, role)
    client.force_login(user)


@pytest.mark.parametrize("role", ["owner", "editor", "viewer"])
@pytest.mark.parametrize("prefix", ["", "/api"])
def test_members_export(client: Client, bin: Bin, asset: Asset, role: str, prefix: str) -> None:
    sign_in(client, asset, role)
    for address in addresses(bin, asset):
        for name, wanted in FORMATS.items():
            answer = client.get(f"{prefix}{address}{name}", {"q": "beach"})
            assert answer.status_code == 200, answer.content
            assert answer["Content-Type"].startswith(wanted.content_type)
            assert answer["Content-Disposition"].startswith("attachment; filename=")
            assert "shore" in answer.content.decode()
    entry = AuditEntry.objects.filter(verb="exported", subject_type="bin").first()
    assert entry is not None and entry.user_name == "ed" and entry.detail["moments"] == 1


@pytest.mark.parametrize("prefix", ["", "/api"])
def test_outsiders_export_nothing(client: Client, bin: Bin, asset: Asset, prefix: str) -> None:
    sign_in(client, asset, None)
    of_bin, of_search, of_asset = addresses(bin, asset)
    assert client.get(f"{prefix}{of_bin}csv").status_code == 404
    assert client.get(f"{prefix}{of_asset}csv").status_code == 404
    answer = client.get(f"{prefix}{of_search}csv", {"q": "beach"})
    assert answer.status_code == 422 and "shore" not in answer.content.decode()
    assert not AuditEntry.objects.filter(verb="exported").exists()


def test_a_log_tells_what_was_seen_but_nobody_hidden(
    client: Client, bin: Bin, asset: Asset
) -> None:
    sign_in(client, asset, "viewer")
    text = client.get(f"/assets/{asset.pk}/log/csv").content.decode("utf-8-sig")
    row = next(csv.DictReader(io.StringIO(text)))
    assert (row["description"], row["people"]) == ("A woman on a beach.", "Anna")
    assert row["said"] == "The shore is near."


def test_subtitles_are_offered_where_something_is_said(
    client: Client, bin: Bin, asset: Asset
) -> None:
    sign_in(client, asset, "viewer")
    pages = [f"/bins/{bin.pk}/", "/?q=beach", f"/assets/{asset.pk}/bins"]
    assert [b"Subtitles" in client.get(page).content for page in pages] == [True] * 3
    asset.lines.filter(text="The shore is near.").delete()
    assert b"Subtitles" not in client.get(pages[0]).content  # what is left is said after it
    assert b"Subtitles" in client.get(pages[2]).content
    asset.lines.all().delete()
    Library.objects.update(has_lines=False)
    for page in pages:
        content = client.get(page).content
        assert b"WebVTT" in content and b"Subtitles" not in content, page


def test_several_rates_are_refused_or_asked_for(client: Client, bin: Bin, asset: Asset) -> None:
    sign_in(client, asset, "viewer")
    other = make_bin(asset.library, "Mixed", asset, _at_thirty(asset))
    refused = client.get(f"/api/bins/{other.pk}/export/edl")
    assert refused.status_code == 422 and refused.json()["code"] == "mixed_rates"
    for rate in ("25", "30"):
        text = client.get(f"/bins/{other.pk}/export/edl", {"rate": rate}).content.decode()
        read = otio.adapters.read_from_string(text, "cmx_3600", rate=float(rate))
        assert len(list(read.find_clips())) == 1
    unknown = client.get(f"/api/bins/{other.pk}/export/edl", {"rate": "24"})
    assert unknown.json()["code"] == "unknown_format" and "25, 30" in unknown.json()["detail"]
    page = client.get(f"/bins/{other.pk}/").content.decode()
    assert "EDL at 25" in page and "ALE at 30" in page and "FCPXML" in page


def _at_thirty(asset: Asset) -> Asset:
    asset = Asset.objects.get(pk=asset.pk)
    asset.pk, asset.content_sha256, asset.name = None, "x", "thirty.mp4"
    asset.frame_rate_num, asset.time_base_den = 30, 30
    asset.save()
    return asset


def test_unknown_formats_and_empty_bins_are_said(client: Client, bin: Bin, asset: Asset) -> None:
    sign_in(client, asset, "viewer")
    answer = client.get(f"/api/bins/{bin.pk}/export/aaf")
    assert answer.status_code == 422 and "choose one of ale, csv" in answer.json()["detail"]
    bin.items.all().delete()
    answer = client.get(f"/api/bins/{bin.pk}/export/edl")
    assert answer.json()["code"] == "nothing_to_export"


def test_strangers_must_sign_in(client: Client, bin: Bin, asset: Asset) -> None:
    for address in addresses(bin, asset):
        assert client.get(f"{address}csv").status_code == 302
        assert client.get(f"/api{address}csv").status_code == 401
