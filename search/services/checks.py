"""Looking at moments for what no fixed class covers: asked by people, done by workers, kept.

The database is the truth: a check is a row, and a message only says which rows to look at. A
message that was lost, or whose worker died, is sent again by ``tend``; a row that has brought
workers down ``MOST_ATTEMPTS`` times is given up.
"""

from __future__ import annotations

import hashlib
import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import psycopg
from celery import current_app
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import Error as AnyDatabaseError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import KombuError

from ingest.errors import IngestError
from ingest.models import Keyframe
from recognition.engine.errors import BadValue, EngineError
from recognition.engine.types import Detections, NetworkInfo
from recognition.networks import network_infos, queue_for
from recognition.seeing.looking import words_of
from recognition.services.looking import look_at
from search.errors import NothingAsked, NothingLooks, TooManyChecks
from search.models import Check

log = logging.getLogger(__name__)

LOOK = "search.tasks.look_at_moments"
"""The task's name; it takes ids of checks."""
MOST_AT_ONCE = 24
"""Keyframes of one request: a page of answers."""
PER_HOUR = 240
"""Per user, by judgement: ten pages. On a CPU each keyframe takes a second or more."""
AN_HOUR = timedelta(hours=1)
KEPT = timedelta(days=90)
"""By judgement: an answer is cheap to keep, but nobody asks again after a season."""
MOST_ATTEMPTS = 3
MOST_SEEN = 10
"""Boxes kept per keyframe, the surest."""

State = Check.State


def looker() -> NetworkInfo | None:
    """The open-set network at work; None where there is none, or its weights are not here."""
    try:
        return next((info for info in network_infos() if info.role == "open_set"), None)
    except EngineError:
        return None


def clean_words(text: str) -> str:
    """Words as a check keeps them. Raises ``NothingAsked`` with a sentence."""
    try:
        words = words_of(text)
    except BadValue as error:
        raise NothingAsked(str(error)) from error
    if not words:
        raise NothingAsked("Say what to look for: a word, or several between commas.")
    return ", ".join(words)


def digest_of(words: str) -> str:
    """What stands for words in the key of a check."""
    return hashlib.sha256(words.encode()).hexdigest()


@transaction.atomic
def ask(*, user: AbstractBaseUser, keyframes: Sequence[Keyframe], words: str) -> list[Check]:
    """Have keyframes looked at for words; those looked at already are answered at once.

    The caller has checked that the user may see the keyframes. Raises ``NothingLooks``,
    ``NothingAsked``, ``TooManyChecks``.
    """
    network = looker()
    if network is None:
        raise NothingLooks(
            "No network that reads words is at work here, so nothing can be looked for in "
            "pictures. An operator chooses one with EVERYID_OPEN_SET."
        )
    wanted = clean_words(words)
    if not keyframes:
        raise NothingAsked("Choose at least one moment to look at.")
    if len(keyframes) > MOST_AT_ONCE:
        raise NothingAsked(f"At most {MOST_AT_ONCE} moments are looked at together.")
    known = checks_of([k.pk for k in keyframes], wanted, network)
    fresh = [k for k in keyframes if k.pk not in known or known[k.pk].state == State.FAILED]
    _mind_limit(user, len(fresh))
    now, digest = timezone.now(), digest_of(wanted)
    Check.objects.filter(pk__in=[known[k.pk].pk for k in fresh if k.pk in known]).delete()
    Check.objects.bulk_create(
        (
            Check(
                keyframe=keyframe,
                words=wanted,
                words_sha256=digest,
                network=network.name[:120],
                fingerprint=network.fingerprint,
                asked_by_id=user.pk,
                asked_at=now,
            )
            for keyframe in fresh
        ),
        ignore_conflicts=True,  # somebody else may ask the same just now
    )
    found = checks_of([k.pk for k in keyframes], wanted, network)
    queued = [check.pk for check in found.values() if check.state == State.QUEUED]
    if fresh and queued:
        transaction.on_commit(partial(publish, queued), robust=True)
    return [found[k.pk] for k in keyframes if k.pk in found]


def checks_of(
    keyframe_ids: Sequence[int], words: str, network: NetworkInfo | None
) -> dict[int, Check]:
    """What is known of keyframes for (clean) words: keyframe → check. One question."""
    if network is None or not words or not keyframe_ids:
        return {}
    rows = Check.objects.filter(
        keyframe__in=keyframe_ids,
        words_sha256=digest_of(words),
        fingerprint=network.fingerprint,
    )
    return {row.keyframe_id: row for row in rows}


def publish(check_ids: Sequence[int]) -> bool:
    """Tell the broker of queued checks; whether it took the message. Tending tells it again."""
    try:
        current_app.send_task(
            LOOK, args=[list(check_ids)], queue=queue_for("open_set"), retry=False
        )
    except (KombuError, OSError, psycopg.Error, AnyDatabaseError) as error:
        log.warning("the broker did not take %d checks: %s", len(check_ids), error)
        return False
    return True


def look(check_ids: Sequence[int]) -> None:
    """Do what is queued of these checks, batches of the same words together. Safe to call twice."""
    mine = Check.objects.filter(pk__in=check_ids, state=State.QUEUED)
    mine.update(attempts=F("attempts") + 1)
    groups: dict[str, list[Check]] = defaultdict(list)
    for check in mine.order_by("pk"):
        groups[check.words].append(check)
    for words, rows in groups.items():
        _look_for(words, rows)


def _look_for(words: str, rows: Sequence[Check]) -> None:
    network = looker()
    try:
        found = look_at([row.keyframe_id for row in rows], words.split(", "))
    except (EngineError, IngestError) as error:
        if isinstance(error, IngestError) and len(rows) > 1:  # one picture has gone: not them all
            for row in rows:
                _look_for(words, [row])
            return
        _fail(rows, str(error))
        return
    if found is None or network is None:
        _fail(rows, "The network that reads words is no longer at work.")
        return
    for row in rows:
        if row.fingerprint != network.fingerprint:
            _fail([row], "The network was changed meanwhile: ask again.")
        elif row.keyframe_id in found:
            Check.objects.filter(pk=row.pk, state=State.QUEUED).update(
                state=State.DONE, seen=_seen(found[row.keyframe_id])
            )


def tend() -> None:
    """Send lost checks again, give up what never ends, forget who asked and what is old."""
    now = timezone.now()
    dead = now - timedelta(seconds=settings.HEARTBEAT_TIMEOUT_S)
    waiting = Check.objects.filter(state=State.QUEUED, asked_at__lt=dead)
    _fail(
        list(waiting.filter(attempts__gte=MOST_ATTEMPTS)),
        f"Looking was tried {MOST_ATTEMPTS} times and did not come to an end.",
    )
    left = list(waiting.order_by("pk").values_list("pk", flat=True)[: 4 * MOST_AT_ONCE])
    if left and publish(left):
        Check.objects.filter(pk__in=left).update(asked_at=now)
    Check.objects.filter(asked_at__lt=now - AN_HOUR).exclude(asked_by=None).update(asked_by=None)
    Check.objects.filter(asked_at__lt=now - KEPT).delete()


def _mind_limit(user: AbstractBaseUser, more: int) -> None:
    recent = Check.objects.filter(asked_by=user.pk, asked_at__gt=timezone.now() - AN_HOUR).count()
    if more and recent + more > PER_HOUR:
        raise TooManyChecks(
            f"At most {PER_HOUR} moments an hour are looked at for one person: wait a while."
        )


def _fail(rows: Sequence[Check], sentence: str) -> None:
    Check.objects.filter(pk__in=[row.pk for row in rows], state=State.QUEUED).update(
        state=State.FAILED, error_sentence=sentence
    )


def _seen(detections: Detections) -> list[dict[str, object]]:
    order = sorted(range(len(detections)), key=lambda i: -float(detections.confidence[i]))
    return [
        {
            "word": detections.labels[i],
            "confidence": round(float(detections.confidence[i]), 3),
            "box": [round(float(side), 4) for side in detections.xyxy_norm[i]],
        }
        for i in order[:MOST_SEEN]
    ]
