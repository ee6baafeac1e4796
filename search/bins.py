"""Reads of bins, and their items as lists to export. Query counts are pinned by tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.db import connection
from django.db.models import Count, F, OuterRef, Prefetch, QuerySet, Subquery

from ingest.models import Asset, Keyframe, Library, Role
from ingest.selectors import User, libraries_for, require_role
from recognition.models import Description, Track
from search.exports.formats import FORMATS, Format
from search.exports.frames import rate_text
from search.exports.timeline import Colour, Event, Mark, Spoken, Timeline
from search.models import Bin, BinItem, Marker
from search.points import footage_of

EDITORS = (Role.OWNER, Role.EDITOR)


@dataclass(frozen=True, slots=True)
class MarkerRow:
    """A marker with its timecode."""

    marker: Marker
    timecode: str
    seconds: Fraction


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item as the bin's page shows it. Seconds count from the asset's first frame."""

    item: BinItem
    number: int
    start_s: Fraction
    end_s: Fraction
    start_timecode: str
    end_timecode: str
    frames: int
    seconds: Fraction
    rate: str
    keyframe_id: int | None
    markers: tuple[MarkerRow, ...]
    remark: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A format to download; ``rates`` where each rate is a list of its own."""

    format: Format
    rates: tuple[tuple[str, int], ...]


def bins_for(user: User) -> QuerySet[Bin]:
    """The bins of the user's libraries, last changed first, with ``item_count``. One query."""
    found = Bin.objects.filter(library__in=libraries_for(user)).select_related("library")
    return found.annotate(item_count=Count("items")).order_by("-changed_at", "-pk")


def items_for(user: User) -> QuerySet[BinItem]:
    """The items of those bins, with their asset and bin. One query."""
    found = BinItem.objects.filter(bin__library__in=libraries_for(user))
    return found.select_related("bin__library", "asset__library", "asset__camera")


def markers_for(user: User) -> QuerySet[Marker]:
    """The markers of those items."""
    found = Marker.objects.filter(item__bin__library__in=libraries_for(user))
    return found.select_related("item__bin__library", "item__asset")


def editable_bins(user: User) -> QuerySet[Bin]:
    """The bins that the user may change, last changed first."""
    if user.pk is None:
        return Bin.objects.none()
    mine = {"library__memberships__user": user.pk, "library__memberships__role__in": EDITORS}
    return Bin.objects.filter(**mine).select_related("library").order_by("-changed_at", "-pk")


def may_change(user: User, library: Library) -> None:
    """Raises NotAllowed for viewers and outsiders."""
    require_role(user, library, *EDITORS)


def may_delete(user: User, library: Library) -> None:
    """Raises NotAllowed for all but owners."""
    require_role(user, library, Role.OWNER)


def items_of(bin: Bin) -> list[BinItem]:
    """The items in order, with assets, cameras and markers. Two questions."""
    inside = Keyframe.objects.filter(
        asset=OuterRef("asset"), pts__gte=OuterRef("start_pts"), pts__lt=OuterRef("end_pts")
    )
    before = Keyframe.objects.filter(asset=OuterRef("asset"), pts__lt=OuterRef("end_pts"))
    found = bin.items.select_related("asset__camera", "bin").annotate(
        inside_id=Subquery(inside.order_by("pts").values("pk")[:1]),
        before_id=Subquery(before.order_by("-pts").values("pk")[:1]),
    )
    markers = Prefetch("markers", Marker.objects.order_by("pts", "pk"))
    return list(found.prefetch_related(markers))


def rows_of(items: Sequence[BinItem]) -> list[ItemRow]:
    """Items as rows. No question more."""
    return [_row(number, item) for number, item in enumerate(items, start=1)]


def _row(number: int, item: BinItem) -> ItemRow:
    event = event_of(item)
    footage, asset = event.footage, item.asset
    remark = ""
    if footage.is_variable_rate:
        remark = f"varying frame rate, counted at {rate_text(footage.edit_rate)}"
    elif not footage.has_timecode:
        remark = "no timecode in the file"
    return ItemRow(
        item=item,
        number=number,
        start_s=asset.seconds_at(item.start_pts),
        end_s=asset.seconds_at(item.end_pts),
        start_timecode=footage.timecode(event.start_frame),
        end_timecode=footage.timecode(event.end_frame),
        frames=event.frames,
        seconds=event.seconds,
        rate=rate_text(footage.edit_rate),
        keyframe_id=getattr(item, "inside_id", None) or getattr(item, "before_id", None),
        markers=tuple(
            MarkerRow(m, footage.timecode(footage.frame_at(m.pts)), asset.seconds_at(m.pts))
            for m in item.markers.all()
        ),
        remark=remark,
    )


def event_of(
    item: BinItem,
    description: str = "",
    people: Iterable[str] = (),
    said: Iterable[Spoken] = (),
) -> Event:
    """An item as an event of a list; markers that a trim left outside are left out."""
    return Event(
        footage=footage_of(item.asset),
        start_pts=item.start_pts,
        end_pts=item.end_pts,
        description=description,
        people=tuple(people),
        note=item.note,
        marks=tuple(
            Mark(m.pts, Colour(m.colour), m.text)
            for m in item.markers.all()
            if item.start_pts <= m.pts < item.end_pts
        ),
        said=tuple(said),
    )


def timeline_of_bin(bin: Bin) -> Timeline:
    """The bin as a list, with what was seen and said in each moment. Five questions."""
    items = items_of(bin)
    ranges = [(i.asset_id, i.start_pts, i.end_pts) for i in items]
    seen, said = what_was_seen(ranges), what_was_said(ranges)
    events = (
        event_of(item, *facts, spoken)
        for item, facts, spoken in zip(items, seen, said, strict=True)
    )
    return Timeline(bin.name, tuple(events))


def timeline_of_ranges(
    title: str, ranges: Sequence[tuple[int, int, int]], *, is_log: bool = False
) -> Timeline:
    """Ranges (asset id, start, end) as a list. Four questions."""
    ids = {asset_id for asset_id, _, _ in ranges}
    assets = Asset.objects.filter(pk__in=ids).select_related("camera").in_bulk()
    known = [(pk, start, end) for pk, start, end in ranges if pk in assets]
    events = (
        Event(footage_of(assets[pk]), start, end, description, tuple(people), said=spoken)
        for (pk, start, end), (description, people), spoken in zip(
            known, what_was_seen(known), what_was_said(known), strict=True
        )
    )
    return Timeline(title, tuple(events), is_log)


def timeline_of_asset(asset: Asset) -> Timeline:
    """The shot log of an asset. Five questions."""
    shots = asset.shots.order_by("ordinal").values_list("asset_id", "start_pts", "end_pts")
    return timeline_of_ranges(asset.name, list(shots), is_log=True)


def what_was_seen(ranges: Sequence[tuple[int, int, int]]) -> list[tuple[str, list[str]]]:
    """For each range (asset id, start, end): the sentence of its first shot, and who is in it.

    People whom someone has hidden are left out. Two questions.
    """
    ids = {asset_id for asset_id, _, _ in ranges}
    shots = Description.objects.filter(asset_id__in=ids).order_by("asset_id", "shot__start_pts")
    said = list(shots.values_list("asset_id", "shot__start_pts", "shot__end_pts", "sentence"))
    tracks = Track.objects.filter(asset_id__in=ids, identity__is_hidden=False).order_by("start_pts")
    shown = [
        (track.asset_id, track.start_pts, track.end_pts, track.identity.display_name)
        for track in tracks.select_related("identity").only(
            "asset_id", "start_pts", "end_pts", "identity__name", "identity__number"
        )
        if track.identity is not None
    ]
    return [
        (next(iter(_meeting(said, at)), ""), list(dict.fromkeys(_meeting(shown, at))))
        for at in ranges
    ]


def what_was_said(ranges: Sequence[tuple[int, int, int]]) -> list[tuple[Spoken, ...]]:
    """For each range (asset id, start, end): the lines that are said in it, in time. One question.

    Subtitles in two languages are both there; the same words at the same time are there once.
    """
    found: list[list[Spoken]] = [[] for _ in ranges]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT r.n, l.start_pts, l.end_pts, l.text"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) WITH ORDINALITY"
            " AS r (asset, first, last, n) JOIN ingest_line l ON l.asset_id = r.asset"
            " AND l.start_pts < r.last AND l.end_pts > r.first ORDER BY 1, 2, 3, 4",
            [[row[i] for row in ranges] for i in range(3)],
        )
        for number, start, end, text in cursor.fetchall():
            found[number - 1].append(Spoken(start, end, text))
    return [tuple(spoken) for spoken in found]


def is_anything_said(ranges: Sequence[tuple[int, int, int]]) -> bool:
    """Whether a line lies in any of these ranges (asset id, start, end). One question."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS r (asset, first, last)"
            " JOIN ingest_line l ON l.asset_id = r.asset"
            " AND l.start_pts < r.last AND l.end_pts > r.first)",
            [[row[i] for row in ranges] for i in range(3)],
        )
        (found,) = cursor.fetchone()
    return bool(found)


def _meeting(rows: Iterable[tuple[int, int, int, str]], at: tuple[int, int, int]) -> Iterable[str]:
    asset_id, start, end = at
    return (t for a, s, e, t in rows if a == asset_id and s < end and e > start and t)


def offers(timeline: Timeline, *, is_spoken: bool) -> list[Offer]:
    """The formats, each with its rates where the list has several and the format one; that of what
    is said where something is."""
    rates = tuple((rate_text(rate), len(timeline.at_rate(rate).events)) for rate in timeline.rates)
    return [
        Offer(found, rates if found.has_one_rate and len(rates) > 1 else ())
        for found in FORMATS.values()
        if is_spoken or not found.needs_lines
    ]


def uses_of(asset: Asset) -> tuple[int, int]:
    """How many items of how many bins show this asset. One question."""
    counts = BinItem.objects.filter(asset=asset).aggregate(
        items=Count("pk"), bins=Count(F("bin"), distinct=True)
    )
    return counts["items"], counts["bins"]
