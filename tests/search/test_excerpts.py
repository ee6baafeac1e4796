"""Excerpts: ordered, cut, taken up again, fetched by their owner alone, removed in time."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from ingest.media.probe import probe_file
from ingest.models import Asset, AuditEntry
from ingest.services.assets import delete_asset
from search.errors import BadBin, NothingToExport
from search.models import Excerpt, ExcerptOrder
from search.services import excerpts as service
from tests.factories import add_member, make_asset, make_bin, make_library, make_user
from tests.ingest.media.test_excerpt import numbered_film, numbers_in

pytestmark = pytest.mark.django_db
State = ExcerptOrder.State


@pytest.fixture
def user() -> User:
    return make_user()


@pytest.fixture
def asset(tmp_path: Path, user: User) -> Asset:
    film = numbered_film(tmp_path / "film.mp4", Fraction(25))
    info = probe_file(film)
    library = make_library()
    add_member(library, user, "viewer")
    return make_asset(
        library, name="numbers.mp4", external_path=str(film), start_timecode="10:00:00:00",
        time_base_num=info.time_base.numerator, time_base_den=info.time_base.denominator,
        end_pts=int(Fraction(90, 25) / info.time_base), frame_count=90,
    )  # fmt: skip


def order(asset: Asset, user: User, *frames: tuple[int, int]) -> ExcerptOrder:
    tick = int(1 / asset.time_base / 25)
    ranges = [(asset, start * tick, end * tick) for start, end in frames]
    return service.order_excerpts(library=asset.library, user=user, title="Red", ranges=ranges)


def test_it_cuts_what_was_ordered(asset: Asset, user: User) -> None:
    made = order(asset, user, (10, 35), (60, 61))
    service.cut(made.pk)
    made.refresh_from_db()
    one, two = made.excerpts.order_by("number")
    assert made.state == State.DONE and made.claim is None
    assert numbers_in(service.file_of(one)) == list(range(10, 35)) and one.frame_count == 25
    assert numbers_in(service.file_of(two)) == [60]
    assert probe_file(service.file_of(one)).start_timecode == "10:00:00:10"
    entry = AuditEntry.objects.get(verb="exported")
    assert entry.detail == {"format": "excerpts", "moments": 2}


def test_an_order_of_a_dead_worker_goes_on_where_it_was(asset: Asset, user: User) -> None:
    made = order(asset, user, (0, 5), (5, 10))
    service.cut(made.pk)
    one, two = made.excerpts.order_by("number")
    Excerpt.objects.filter(pk=two.pk).update(key="")
    old = timezone.now() - timedelta(minutes=5)
    ExcerptOrder.objects.update(state=State.RUNNING, heartbeat_at=old, claim=None)
    written = service.file_of(one).stat().st_mtime_ns
    service.cut(made.pk)  # still claimed: nothing happens
    assert made.excerpts.get(pk=two.pk).key == ""
    service.tend()
    service.cut(made.pk)
    made.refresh_from_db()
    assert made.state == State.DONE and made.excerpts.exclude(key="").count() == 2
    assert service.file_of(one).stat().st_mtime_ns == written


def test_a_worker_that_lost_its_order_stops(
    asset: Asset, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = order(asset, user, (0, 80))
    beat = service._beat

    def take_over(order_id: int, claim: object) -> None:
        beat(order_id, claim)  # type: ignore[arg-type]
        ExcerptOrder.objects.filter(pk=order_id).update(claim=None, state=State.QUEUED)

    monkeypatch.setattr(service, "_beat", take_over)
    service.cut(made.pk)
    made.refresh_from_db()
    assert made.state == State.QUEUED
    assert not service.file_of(made.excerpts.get()).exists()


def test_what_cannot_be_cut_is_said(asset: Asset, user: User) -> None:
    made = order(asset, user, (0, 5))
    Path(asset.external_path).unlink()
    service.cut(made.pk)
    made.refresh_from_db()
    assert made.state == State.FAILED
    assert "no longer where it was" in made.excerpts.get().error_sentence


def test_limits_are_said(asset: Asset, user: User) -> None:
    with pytest.raises(NothingToExport):
        order(asset, user)
    with pytest.raises(BadBin, match="up to 200 moments"):
        order(asset, user, *[(0, 1)] * 201)
    with pytest.raises(BadBin, match="two hours"):
        order(asset, user, (0, 25 * 7201))


def test_nothing_stays_after_its_time_or_its_footage(asset: Asset, user: User) -> None:
    made = order(asset, user, (0, 5))
    service.cut(made.pk)
    file = service.file_of(made.excerpts.get())
    delete_asset(asset=asset)
    service.tend()
    assert not file.exists() and ExcerptOrder.objects.exists()
    ExcerptOrder.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    service.tend()
    assert not ExcerptOrder.objects.exists() and not file.parent.exists()


def test_its_owner_watches_and_fetches(client: Client, asset: Asset, user: User) -> None:
    bin = make_bin(asset.library, "Red", asset)
    tick = int(1 / asset.time_base / 25)
    bin.items.update(start_pts=0, end_pts=5 * tick)
    client.force_login(user)
    page = client.post(f"/bins/{bin.pk}/excerpts")
    made = ExcerptOrder.objects.get()
    assert page["Location"] == f"/excerpts/{made.pk}/"
    waiting = client.get(page["Location"], headers={"HX-Request": "true"})
    assert waiting.status_code == 200 and b"0 of 1 cut" in waiting.content
    assert client.get(f"/excerpts/{made.pk}/all.zip").status_code == 404
    service.cut(made.pk)
    ready = client.get(page["Location"], headers={"HX-Request": "true"})
    assert ready.status_code == 286 and b"1 of 1 are ready" in ready.content
    file = client.get(f"/excerpts/files/{made.excerpts.get().pk}.mp4")
    assert file["Content-Disposition"] == 'attachment; filename="001-numbers.mp4"'
    body = b"".join(file.streaming_content)  # type: ignore[attr-defined]
    answer = client.get(f"/excerpts/{made.pk}/all.zip")
    whole = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    assert whole.testzip() is None and whole.read("001-numbers.mp4") == body
    assert client.post(f"/excerpts/{made.pk}/delete").status_code == 302
    assert not ExcerptOrder.objects.exists()


@pytest.mark.parametrize("role", ["owner", None])
def test_nobody_else_sees_an_order(
    client: Client, asset: Asset, user: User, role: str | None
) -> None:
    """Not even another member: what somebody takes out is theirs, and the audit log says so."""
    made = order(asset, user, (0, 5))
    service.cut(made.pk)
    other = make_user()
    if role:
        add_member(asset.library, other, role)
    client.force_login(other)
    file = f"/excerpts/files/{made.excerpts.get().pk}.mp4"
    for address in (f"/excerpts/{made.pk}/", f"/excerpts/{made.pk}/all.zip", file):
        assert client.get(address).status_code == 404
    assert client.post(f"/excerpts/{made.pk}/delete").status_code == 404
    bin = make_bin(asset.library, None, asset)
    assert client.post(f"/bins/{bin.pk}/excerpts").status_code == (302 if role else 404)


def test_who_leaves_the_library_fetches_nothing_more(
    client: Client, asset: Asset, user: User
) -> None:
    made = order(asset, user, (0, 5))
    service.cut(made.pk)
    asset.library.memberships.all().delete()
    client.force_login(user)
    assert client.get(f"/excerpts/files/{made.excerpts.get().pk}.mp4").status_code == 404
