"""Changes bins. Each function is one transaction; who may call it is decided in ``search.bins``.

Positions are rewritten as a whole under a lock on the bin, so that two people who sort at once
end with one order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import Max

from ingest.models import Asset, Library
from ingest.services.names import clean_text
from search.errors import BadBin, BinFull, BinNameTaken
from search.exports.timeline import Colour
from search.models import Bin, BinItem, Marker

MOST_ITEMS = 2_000
"""By judgement: a page of more is no selection, and lists for editors end at 999."""
MOST_MARKERS = 100
LONGEST_NOTE = 2_000


@dataclass(frozen=True, slots=True)
class Range:
    """A moment to collect."""

    asset: Asset
    start_pts: int
    end_pts: int


@transaction.atomic
def create_bin(*, library: Library, name: str, user: AbstractBaseUser) -> Bin:
    """A new, empty bin. Raises BadBin or BinNameTaken."""
    return _named(Bin(library=library, created_by_id=user.pk), name)


@transaction.atomic
def change_bin(*, bin: Bin, name: str | None = None, note: str | None = None) -> Bin:
    """Rename a bin or rewrite its note. Raises BadBin or BinNameTaken."""
    if note is not None:
        bin.note = note.replace("\x00", "").strip()[:LONGEST_NOTE]
    if name is not None:
        return _named(bin, name)
    bin.save()
    return bin


@transaction.atomic
def delete_bin(*, bin: Bin) -> None:
    """Delete a bin with its items; the footage stays."""
    bin.delete()


@transaction.atomic
def add_items(*, bin: Bin, ranges: Sequence[Range], user: AbstractBaseUser) -> list[BinItem]:
    """Put moments at the end of a bin; those that are in it exactly so already are left out.

    Raises BadBin or BinFull.
    """
    _lock(bin)
    last = bin.items.aggregate(last=Max("position"))["last"]
    at: int = 0 if last is None else last + 1
    held = set(bin.items.values_list("asset_id", "start_pts", "end_pts"))
    if len(held) + len(ranges) > MOST_ITEMS:
        raise BinFull(f"A bin holds up to {MOST_ITEMS} moments: start another one.")
    made: list[BinItem] = []
    for asked in ranges:
        start, end = _within(bin, asked)
        if (asked.asset.pk, start, end) in held:
            continue
        held.add((asked.asset.pk, start, end))
        item = BinItem(
            bin=bin, asset=asked.asset, start_pts=start, end_pts=end, position=at + len(made)
        )
        item.added_by_id = user.pk
        made.append(item)
    BinItem.objects.bulk_create(made)
    _touch(bin)
    return made


@transaction.atomic
def change_item(
    *,
    item: BinItem,
    start_pts: int | None = None,
    end_pts: int | None = None,
    note: str | None = None,
) -> BinItem:
    """Trim an item, or rewrite its note. Raises BadBin for a range that is none."""
    start = item.start_pts if start_pts is None else start_pts
    end = item.end_pts if end_pts is None else end_pts
    item.start_pts, item.end_pts = _within(item.bin, Range(item.asset, start, end))
    if note is not None:
        item.note = note.replace("\x00", "").strip()[:LONGEST_NOTE]
    item.save()
    _touch(item.bin)
    return item


@transaction.atomic
def remove_items(*, items: Sequence[BinItem]) -> None:
    """Take items out of their bins."""
    for item in items:
        item.delete()
        _touch(item.bin)


@transaction.atomic
def sort_items(*, bin: Bin, ids: Sequence[int]) -> None:
    """Bring items into this order; items that are not named keep theirs, after the named ones.

    Raises BadBin where an id is no item of the bin, or named twice.
    """
    _lock(bin)
    held = list(bin.items.values_list("pk", flat=True))
    if len(set(ids)) != len(ids) or not set(ids) <= set(held):
        raise BadBin("This order names what is not in the bin: load the page again and sort anew.")
    named = set(ids)
    order = [*ids, *(pk for pk in held if pk not in named)]
    _write_order(bin, order)


@transaction.atomic
def move_item(*, item: BinItem, step: int) -> None:
    """Move an item up (−1) or down (+1) by one place."""
    _lock(item.bin)
    order = list(item.bin.items.values_list("pk", flat=True))
    at = order.index(item.pk)
    to = min(max(at + step, 0), len(order) - 1)
    order.insert(to, order.pop(at))
    _write_order(item.bin, order)


@transaction.atomic
def add_marker(*, item: BinItem, pts: int, colour: str, text: str = "") -> Marker:
    """Put a marker on an item. Raises BadBin for an unknown colour, a point outside, too many."""
    if colour not in list(Colour):
        raise BadBin(f"There is no such colour: choose one of {', '.join(Colour)}.")
    if not item.start_pts <= pts < item.end_pts:
        raise BadBin("This point is outside the moment: choose one between its in and its out.")
    if item.markers.count() >= MOST_MARKERS:
        raise BinFull(f"A moment holds up to {MOST_MARKERS} markers.")
    return Marker.objects.create(
        item=item, pts=pts, colour=colour, text=clean_text(text, limit=200)
    )


@transaction.atomic
def remove_marker(*, marker: Marker) -> None:
    """Take a marker away."""
    marker.delete()


def _named(bin: Bin, name: str) -> Bin:
    bin.name = clean_text(name, limit=120)
    if not bin.name:
        raise BadBin("A bin needs a name.")
    try:
        with transaction.atomic():
            bin.save()
    except IntegrityError as error:
        raise BinNameTaken(f"This library has a bin called “{bin.name}” already.") from error
    return bin


def _within(bin: Bin, asked: Range) -> tuple[int, int]:
    """The range, cut to the footage."""
    asset = asked.asset
    if asset.library_id != bin.library_id:
        raise BadBin(
            f"“{asset.name}” is of another library: a bin holds footage of its own library alone."
        )
    if asset.first_pts is None or asset.end_pts is None:
        raise BadBin(f"“{asset.name}” has not been looked at yet: try again when it is ready.")
    start = max(asked.start_pts, asset.first_pts)
    end = min(asked.end_pts, asset.end_pts)
    if end <= start:
        raise BadBin(
            f"In has to be before out, and both within “{asset.name}”: set one of them again."
        )
    return start, end


def _lock(bin: Bin) -> None:
    Bin.objects.select_for_update().get(pk=bin.pk)


def _touch(bin: Bin) -> None:
    bin.save(update_fields=["changed_at"])


def _write_order(bin: Bin, order: Sequence[int]) -> None:
    items = {item.pk: item for item in bin.items.all()}
    for position, pk in enumerate(order):
        items[pk].position = position
    BinItem.objects.bulk_update(items.values(), ["position"])
    _touch(bin)
