"""Bins: services, who may do what, pages and fragments."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from ingest.models import Asset
from ingest.services.assets import delete_asset
from search.bins import items_of
from search.errors import BadBin, BinFull, BinNameTaken
from search.models import Bin, BinItem
from search.points import footage_of, parse_point, pts_of_frame
from search.services import bins as service
from tests.factories import add_item, add_member, make_asset, make_bin, make_library, make_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def asset() -> Asset:
    return make_asset(make_library(), name="shore.mp4", start_timecode="10:00:00:00")


@pytest.fixture
def bin(asset: Asset) -> Bin:
    others = (make_asset(asset.library, name="pier.mp4"), make_asset(asset.library, name="b.mp4"))
    return make_bin(asset.library, "Red coats", asset, *others)


def sign_in(client: Client, asset: Asset, role: str | None) -> None:
    user = make_user()
    if role:
        add_member(asset.library, user, role)
    client.force_login(user)


# Services


def test_moments_are_added_once_at_the_end(bin: Bin, asset: Asset) -> None:
    ranges = [
        service.Range(asset, 0, 50),
        service.Range(asset, 10, 20),
        service.Range(asset, 10, 20),
    ]
    made = service.add_items(bin=bin, ranges=ranges, user=make_user())
    assert [(item.start_pts, item.end_pts) for item in made] == [(10, 20)]
    assert [item.start_pts for item in items_of(bin)] == [0, 0, 0, 10]


def test_ranges_are_cut_to_the_footage_or_refused(bin: Bin, asset: Asset) -> None:
    user = make_user()
    made = service.add_items(bin=bin, ranges=[service.Range(asset, -9, 9_999)], user=user)
    assert (made[0].start_pts, made[0].end_pts) == (0, 100)
    for start, end in ((20, 20), (30, 20), (100, 120)):
        with pytest.raises(BadBin, match="In has to be before out"):
            service.add_items(bin=bin, ranges=[service.Range(asset, start, end)], user=user)
    with pytest.raises(BadBin, match="In has to be before out"):
        service.change_item(item=made[0], start_pts=50, end_pts=40)


def test_a_bin_holds_footage_of_its_own_library(bin: Bin) -> None:
    other = make_asset(make_library())
    with pytest.raises(BadBin, match="another library"):
        service.add_items(bin=bin, ranges=[service.Range(other, 0, 10)], user=make_user())


def test_a_bin_has_a_limit(bin: Bin, asset: Asset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_ITEMS", 4)
    ranges = [service.Range(asset, n, n + 1) for n in range(2)]
    with pytest.raises(BinFull):
        service.add_items(bin=bin, ranges=ranges, user=make_user())


def test_names_are_clean_and_taken_once_per_library(bin: Bin) -> None:
    with pytest.raises(BinNameTaken, match="RED COATS"):
        service.create_bin(library=bin.library, name=" RED\ncoats".upper(), user=make_user())
    with pytest.raises(BadBin):
        service.create_bin(library=bin.library, name=" \n ", user=make_user())
    assert service.create_bin(library=make_library(), name="Red coats", user=make_user()).pk


def test_sorting_is_whole(bin: Bin) -> None:
    one, two, three = (item.pk for item in items_of(bin))
    service.sort_items(bin=bin, ids=[three, one])
    assert [item.pk for item in items_of(bin)] == [three, one, two]
    for wrong in ([one, one], [one, 10**9]):
        with pytest.raises(BadBin):
            service.sort_items(bin=bin, ids=wrong)
    service.move_item(item=BinItem.objects.get(pk=two), step=-1)
    service.move_item(item=BinItem.objects.get(pk=three), step=-1)
    assert [item.pk for item in items_of(bin)] == [three, two, one]


def test_markers_stand_within_the_moment(bin: Bin) -> None:
    item = items_of(bin)[0]
    marker = service.add_marker(item=item, pts=49, colour="green", text="a\nb")
    assert marker.text == "a b"
    for pts, colour in ((50, "green"), (-1, "green"), (5, "mauve")):
        with pytest.raises(BadBin):
            service.add_marker(item=item, pts=pts, colour=colour)


def test_indexing_anew_keeps_bins(bin: Bin, asset: Asset) -> None:
    """The shots stage replaces shots and keyframes; items know pts alone."""
    asset.shots.all().delete()
    assert items_of(bin)[0].asset.name == "shore.mp4"


def test_deleting_an_asset_says_what_goes_and_takes_it(
    client: Client, bin: Bin, asset: Asset
) -> None:
    sign_in(client, asset, "owner")
    page = client.get(reverse("ingest:asset-delete", args=[asset.pk])).content.decode()
    assert "1 moment in 1 bin go with it" in page
    delete_asset(asset=asset)
    assert [item.asset.name for item in items_of(bin)] == ["pier.mp4", "b.mp4"]


@given(frame=st.integers(0, 10_000))
def test_points_are_typed_as_timecode_or_time(frame: int) -> None:
    asset = Asset(
        name="a", time_base_num=1, time_base_den=90000, frame_rate_num=30000, frame_rate_den=1001,
        first_pts=7, end_pts=90_000_000, start_timecode="00:59:59;00", is_drop_frame=True,
    )  # fmt: skip
    footage = footage_of(asset)
    pts = parse_point(asset, footage.timecode(frame))
    assert pts == pts_of_frame(asset, frame) and footage.frame_at(pts) == frame
    assert parse_point(asset, f"{float(asset.seconds_at(pts)):.3f}") == pts


@pytest.mark.parametrize("text", ["now", "10:00:00:99", "1e5", "-3", "99:00:00:00"])
def test_nonsense_is_no_point(asset: Asset, text: str) -> None:
    with pytest.raises(BadBin, match="type a timecode like 10:00:00:00"):
        parse_point(asset, text)


# Pages


@pytest.mark.parametrize("role", ["owner", "editor", "viewer"])
def test_members_see_bins(client: Client, bin: Bin, asset: Asset, role: str) -> None:
    sign_in(client, asset, role)
    assert "Red coats" in client.get("/bins/").content.decode()
    page = client.get(f"/bins/{bin.pk}/").content.decode()
    assert "shore.mp4" in page and "10:00:00:00 – 10:00:02:00" in page
    assert ("Trim, note, marker" in page) == (role != "viewer")
    assert (f"/bins/{bin.pk}/delete" in page) == (role == "owner")
    assert "Red coats" in client.get(f"/assets/{asset.pk}/bins", headers=HTMX).content.decode()


def test_outsiders_see_no_bin(client: Client, bin: Bin, asset: Asset) -> None:
    sign_in(client, asset, None)
    assert "Red coats" not in client.get("/bins/").content.decode()
    item = items_of(bin)[0]
    for address in (f"/bins/{bin.pk}/", f"/bins/{bin.pk}/delete", f"/assets/{asset.pk}/bins"):
        assert client.get(address).status_code == 404
    for address in _changes(bin, item):
        assert client.post(address, {"colour": "red", "name": "x"}).status_code == 404
    answer = client.post("/bins/new", {"library": asset.library.slug, "name": "x"})
    assert answer.status_code == 404
    answer = client.post("/bins/add", {"moment": f"{asset.pk}:0:10"})
    assert answer.status_code == 422  # what one cannot see is not chosen
    assert bin.items.count() == 3


def test_viewers_change_nothing(client: Client, bin: Bin, asset: Asset) -> None:
    sign_in(client, asset, "viewer")
    for address in _changes(bin, items_of(bin)[0]):
        assert client.post(address, {"colour": "red", "name": "x"}).status_code == 403
    moment = {"moment": f"{asset.pk}:0:10"}
    assert client.post("/bins/add", moment).status_code == 403
    assert client.post("/bins/add", moment | {"bin": bin.pk}).status_code == 403
    new = client.post("/bins/new", {"library": asset.library.slug, "name": "x"})
    assert new.status_code == 403 and Bin.objects.count() == 1 and bin.items.count() == 3


def test_editors_do_not_delete_bins(client: Client, bin: Bin, asset: Asset) -> None:
    sign_in(client, asset, "editor")
    assert client.post(f"/bins/{bin.pk}/delete").status_code == 403
    sign_in(client, asset, "owner")
    assert client.get(f"/bins/{bin.pk}/delete").status_code == 200
    assert client.post(f"/bins/{bin.pk}/delete").status_code == 302
    assert not Bin.objects.exists() and Asset.objects.filter(pk=asset.pk).exists()


def _changes(bin: Bin, item: BinItem) -> list[str]:
    marker = service.add_marker(item=item, pts=item.start_pts, colour="red")
    return [
        f"/bins/{bin.pk}/change",
        f"/bins/{bin.pk}/sort",
        f"/bins/items/{item.pk}",
        f"/bins/items/{item.pk}/markers",
        f"/bins/markers/{marker.pk}/remove",
        f"/bins/{bin.pk}/delete",
    ]


def test_the_first_moment_makes_a_bin(client: Client, asset: Asset) -> None:
    sign_in(client, asset, "editor")
    answer = client.post("/bins/add", {"moment": f"{asset.pk}:0:10"}, headers=HTMX)
    assert answer.status_code == 200 and b"1 moment added to" in answer.content
    again = client.post("/bins/add", {"moment": [f"{asset.pk}:0:10", f"{asset.pk}:10:20"]})
    made = Bin.objects.get()
    assert again["Location"] == f"/bins/{made.pk}/" and made.name == "Selects"
    assert made.items.count() == 2


def test_marks_of_the_player_are_added_by_timecode(client: Client, bin: Bin, asset: Asset) -> None:
    sign_in(client, asset, "editor")
    marks = {"asset": asset.pk, "bin": bin.pk, "in": "10:00:01:00", "out": "1.8"}
    client.post("/bins/add", marks)
    last = items_of(bin)[-1]
    assert (last.start_pts, last.end_pts) == (25, 45)
    wrong = client.post("/bins/add", marks | {"in": "noon"}, headers=HTMX)
    assert wrong.status_code == 422 and "no point of this footage" in wrong.content.decode()


@pytest.mark.parametrize("moment", ["", "1", "a:b:c", "1:2", "1:2:3:4", "1:²:9"])
def test_nonsense_moments_are_refused(client: Client, asset: Asset, moment: str) -> None:
    sign_in(client, asset, "editor")
    answer = client.post("/bins/add", {"moment": moment}, headers={"Accept": "application/json"})
    assert answer.status_code == 422 and answer.json()["code"] == "bad_bin"


def test_an_item_is_trimmed_moved_and_marked(client: Client, bin: Bin, asset: Asset) -> None:
    sign_in(client, asset, "editor")
    item = items_of(bin)[0]
    address = f"/bins/items/{item.pk}"
    body = {"in": "10:00:00:05", "out": "10:00:01:00", "note": "wide"}
    page = client.post(address, body, headers=HTMX).content.decode()
    assert "10:00:00:05 – 10:00:01:00" in page and "wide" in page and "<html" not in page
    client.post(f"{address}/markers", {"at": "10:00:00:07", "colour": "cyan", "text": "<b>look"})
    page = client.get(f"/bins/{bin.pk}/").content.decode()
    assert "10:00:00:07" in page and "&lt;b&gt;look" in page
    client.post(address, {"move": "down"})
    assert items_of(bin)[1].pk == item.pk
    client.post(f"/bins/markers/{item.markers.get().pk}/remove")
    client.post(address, {"remove": "1"})
    assert bin.items.count() == 2 and not item.markers.exists()


def test_a_taken_name_keeps_what_was_typed(client: Client, bin: Bin, asset: Asset) -> None:
    sign_in(client, asset, "editor")
    page = client.post("/bins/new", {"library": asset.library.slug, "name": "red coats"})
    assert page.status_code == 422 and b"already" in page.content and b"red coats" in page.content
    make_bin(asset.library, "Blue")
    page = client.post(f"/bins/{bin.pk}/change", {"name": "Blue", "note": "for Bo"})
    assert page.status_code == 422 and b"for Bo" in page.content


def test_questions_do_not_grow_with_items(
    client: Client, bin: Bin, asset: Asset, django_assert_max_num_queries: object
) -> None:
    sign_in(client, asset, "viewer")
    client.get(f"/bins/{bin.pk}/")
    for n in range(10):
        add_item(bin, asset, start_pts=n)
    with django_assert_max_num_queries(9):  # type: ignore[operator]
        client.get(f"/bins/{bin.pk}/")
