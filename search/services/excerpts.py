"""Excerpts: ordered, cut by a worker, kept for a while.

The database is the truth, as for stages: a worker claims an order by a conditional update and
beats while it cuts; an order whose heartbeat has died is queued again, and what was cut stays.
Files are named by their row, so that whatever has no row (its footage was deleted, its time is
over) is removed.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
from celery import current_app
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import Error as AnyDatabaseError
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import KombuError

from ingest import storage
from ingest.errors import IngestError
from ingest.media.excerpt import CutPiece, cut_excerpt
from ingest.models import Asset, Library
from ingest.services import audit
from ingest.services.names import clean_text
from search.errors import BadBin, NothingToExport
from search.models import Excerpt, ExcerptOrder
from search.points import footage_of

log = logging.getLogger(__name__)

CUT = "search.tasks.cut_excerpts"
"""The task's name; it takes the id of an ExcerptOrder."""

KEPT = timedelta(days=7)
"""By judgement: long enough to fetch a file after a weekend."""
MOST = 200
LONGEST_S = 2 * 3600
"""Of all excerpts of one order; by judgement, so that none holds a worker for a day."""

State = ExcerptOrder.State
Range = tuple[Asset, int, int]


class OrderLost(Exception):
    """Another worker has this order now, or it is gone; stop cutting."""


def excerpts_root() -> Path:
    """The folder of all excerpts."""
    return Path(settings.MEDIA_ROOT) / "excerpts"


def file_of(excerpt: Excerpt) -> Path:
    """Where an excerpt's file is, or will be."""
    return excerpts_root() / str(excerpt.order_id) / f"{excerpt.pk}.mp4"


@transaction.atomic
def order_excerpts(
    *, library: Library, user: AbstractBaseUser, title: str, ranges: Sequence[Range]
) -> ExcerptOrder:
    """Ask for files of these ranges, of assets of one library. Raises BadBin or NothingToExport."""
    if not ranges:
        raise NothingToExport("There is nothing to cut: add a moment first.")
    seconds = sum((end - start) * asset.time_base for asset, start, end in ranges)
    if len(ranges) > MOST or seconds > LONGEST_S:
        raise BadBin(
            f"One order cuts up to {MOST} moments, two hours in all: choose fewer, or export a "
            "list and cut from the originals."
        )
    if any(asset.library_id != library.pk for asset, _, _ in ranges):
        raise BadBin("Excerpts of one order are of one library.")
    order = ExcerptOrder(
        library=library,
        title=clean_text(title, limit=160) or "Excerpts",
        expires_at=timezone.now() + KEPT,
    )
    order.user_id = user.pk
    order.save()
    Excerpt.objects.bulk_create(
        Excerpt(order=order, asset=asset, number=number, start_pts=start, end_pts=end)
        for number, (asset, start, end) in enumerate(ranges, start=1)
    )
    audit.record(
        user=user,
        library=library,
        verb="exported",
        subject=order,
        format="excerpts",
        moments=len(ranges),
    )
    transaction.on_commit(partial(publish, order.pk), robust=True)
    return order


def publish(order_id: int) -> bool:
    """Tell the broker of a queued order; whether it took the message. Tending tells it again."""
    try:
        current_app.send_task(CUT, args=[order_id], queue="media", retry=False)
    except (KombuError, OSError, psycopg.Error, AnyDatabaseError) as error:
        log.warning("the broker did not take excerpts %s: %s", order_id, error)
        return False
    return True


def cut(order_id: int) -> None:
    """Cut what is still to be cut of an order, if it is queued. Safe to call twice."""
    claim = uuid4()
    claimed = ExcerptOrder.objects.filter(pk=order_id, state=State.QUEUED).update(
        state=State.RUNNING, claim=claim, heartbeat_at=timezone.now()
    )
    if not claimed:
        return
    try:
        for excerpt in Excerpt.objects.filter(order=order_id, key="").select_related("asset"):
            _cut_one(excerpt, claim)
    except OrderLost:
        log.info("excerpts %s were taken over or deleted", order_id)
        return
    left = Excerpt.objects.filter(order=order_id, key="").exists()
    ExcerptOrder.objects.filter(pk=order_id, claim=claim).update(
        state=State.FAILED if left else State.DONE, finished_at=timezone.now(), claim=None
    )


def tend() -> None:
    """Queue orders of dead workers again, forget what is over, remove files without a row."""
    dead = timezone.now() - timedelta(seconds=settings.HEARTBEAT_TIMEOUT_S)
    lost = ExcerptOrder.objects.filter(state=State.RUNNING, heartbeat_at__lt=dead)
    lost.update(state=State.QUEUED, claim=None)
    ExcerptOrder.objects.filter(expires_at__lt=timezone.now()).delete()
    waiting = ExcerptOrder.objects.filter(state=State.QUEUED, created_at__lt=dead)
    for order_id in waiting.values_list("pk", flat=True):
        publish(order_id)
    _remove_strays()


@transaction.atomic
def delete_order(*, order: ExcerptOrder) -> None:
    """Forget an order and its files."""
    transaction.on_commit(partial(shutil.rmtree, excerpts_root() / str(order.pk), True))
    order.delete()


def _cut_one(excerpt: Excerpt, claim: UUID) -> None:
    asset, target = excerpt.asset, file_of(excerpt)
    _beat(excerpt.order_id, claim)
    target.parent.mkdir(parents=True, exist_ok=True)
    footage = footage_of(asset)
    timecode = footage.timecode(max(0, footage.frame_at(excerpt.start_pts)))
    try:
        piece = cut_excerpt(
            storage.source_path(asset),
            target,
            start_pts=excerpt.start_pts,
            end_pts=excerpt.end_pts,
            timecode=timecode if footage.has_timecode else "",
            progress=lambda _: _beat(excerpt.order_id, claim),
        )
    except IngestError as error:
        Excerpt.objects.filter(pk=excerpt.pk).update(error_sentence=str(error))
        return
    _keep(excerpt, target, piece)


def _keep(excerpt: Excerpt, target: Path, piece: CutPiece) -> None:
    kept = Excerpt.objects.filter(pk=excerpt.pk).update(
        key=f"{excerpt.order_id}/{target.name}",
        size_bytes=target.stat().st_size,
        frame_count=piece.frame_count,
        error_sentence="",
    )
    if not kept:  # the footage was deleted while it was cut
        target.unlink(missing_ok=True)


def _beat(order_id: int, claim: UUID) -> None:
    """Say that the order is being worked on. Raises OrderLost."""
    mine = ExcerptOrder.objects.filter(pk=order_id, claim=claim)
    if not mine.update(heartbeat_at=timezone.now()):
        raise OrderLost


def _remove_strays() -> None:
    """Files and folders that no row speaks of; those being written end in ``.part``."""
    known = set(Excerpt.objects.values_list("order_id", "pk"))
    orders = set(ExcerptOrder.objects.values_list("pk", flat=True))
    for folder in excerpts_root().glob("*"):
        if not folder.name.isdigit() or int(folder.name) not in orders:
            shutil.rmtree(folder, ignore_errors=True)
            continue
        for path in folder.glob("*.mp4"):
            if not path.stem.isdigit() or (int(folder.name), int(path.stem)) not in known:
                path.unlink(missing_ok=True)
