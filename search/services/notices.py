"""Tells of an alert's hits by e-mail and by signed calls, and tries again where it failed.

One notice per alert, channel and round. What is told is read when it is sent: hits in libraries
that the user has left by then are not told, and an account that was closed is told nothing.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import timedelta
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from ingest.selectors import libraries_for
from search.calling import call, check_address
from search.errors import BadAlert, BadWebhook, CallFailed
from search.models import Alert, AlertHit, AlertNotice

WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
)
"""Before each further try; after the last one it is given up. By judgement: a server that is down
over a day's work is back the next morning."""
AT_ONCE = 20
"""Notices per round: one slow server (10 seconds) must not hold all others up for long."""
KEPT_FOR = timedelta(days=30)


@transaction.atomic
def set_channels(*, alert: Alert, by_email: bool, webhook: str) -> Alert:
    """Where else an alert is told; a new address gets a new secret. Raises BadAlert, BadWebhook."""
    address = webhook.strip()
    if address:
        check_address(address)
    if by_email and not settings.EMAIL_HOST:
        raise BadAlert("This server sends no mail: its operator has named no mail server.")
    if by_email and not alert.user.email:
        raise BadAlert("Your account has no e-mail address.")
    if address != alert.webhook:
        alert.secret = secrets.token_urlsafe(32) if address else ""
    alert.by_email, alert.webhook = by_email, address
    alert.save(update_fields=["by_email", "webhook", "secret"])
    return alert


def note_hits(alert: Alert, hits: Sequence[AlertHit]) -> None:
    """Have new hits told by every channel of their alert."""
    channels = [AlertNotice.Channel.EMAIL] if alert.by_email else []
    channels += [AlertNotice.Channel.WEBHOOK] if alert.webhook else []
    for channel in channels if hits else ():
        made = AlertNotice.objects.create(alert=alert, channel=channel, next_at=timezone.now())
        made.hits.set(hits)


def send_due() -> int:
    """Try every notice that is due; how many arrived. Two workers never send the same one."""
    sent = 0
    for pk in _due().values_list("pk", flat=True)[:AT_ONCE]:
        with transaction.atomic():
            notice = _due().filter(pk=pk).select_for_update(skip_locked=True, of=("self",)).first()
            if notice is not None:
                sent += _try(notice)
    AlertNotice.objects.filter(next_at=None, created_at__lt=timezone.now() - KEPT_FOR).delete()
    return sent


def _due() -> Any:
    now = timezone.now()
    rows = AlertNotice.objects.filter(next_at__lte=now, alert__user__is_active=True)
    return rows.select_related("alert__user").order_by("next_at", "pk")


def _try(notice: AlertNotice) -> bool:
    now = timezone.now()
    notice.attempts += 1
    try:
        if hits := _tellable(notice):
            _send(notice, hits)
        notice.sent_at, notice.next_at, notice.error = now, None, ""
    except (CallFailed, SMTPException, OSError) as error:
        is_ours = isinstance(error, CallFailed)
        notice.error = str(error) if is_ours else "The mail server did not take the message."
        tried = notice.attempts - 1
        notice.next_at = now + WAITS[tried] if tried < len(WAITS) else None
    except BadWebhook as error:
        notice.error, notice.next_at = str(error), None
    notice.save(update_fields=["attempts", "sent_at", "next_at", "error"])
    return notice.sent_at is not None


def _tellable(notice: AlertNotice) -> list[AlertHit]:
    user: AbstractBaseUser = notice.alert.user
    hits = notice.hits.filter(asset__library__in=libraries_for(user))
    return list(hits.select_related("asset__library").order_by("pk"))


def _send(notice: AlertNotice, hits: Sequence[AlertHit]) -> None:
    alert = notice.alert
    if notice.channel == AlertNotice.Channel.WEBHOOK:
        body = json.dumps(payload(alert, hits)).encode()
        headers = {"EveryID-Notice": str(notice.pk)}
        allow = settings.WEBHOOKS_PRIVATE
        call(alert.webhook, body, secret=alert.secret, headers=headers, allow_private=allow)
        return
    count = "a moment" if len(hits) == 1 else f"{len(hits)} moments"
    lines = [f"New footage has {count} for “{alert.name}”:", ""]
    lines += [_line(hit) for hit in hits]
    lines += ["", f"All of them: {settings.SITE_URL}/saved/" if settings.SITE_URL else ""]
    EmailMessage(f"EveryID: {alert.name}", "\n".join(lines).strip(), to=[alert.user.email]).send()


def payload(alert: Alert, hits: Sequence[AlertHit]) -> dict[str, Any]:
    """What a webhook is sent."""
    return {
        "event": "alert.hits",
        "alert": {"id": alert.pk, "name": alert.name},
        "hits": [
            {
                "id": hit.pk,
                "asset": {
                    "id": hit.asset_id,
                    "name": hit.asset.name,
                    "library": hit.asset.library.slug,
                },
                "start_pts": hit.start_pts,
                "end_pts": hit.end_pts,
                "start_s": round(float(hit.asset.seconds_at(hit.start_pts)), 3),
                "end_s": round(float(hit.asset.seconds_at(hit.end_pts)), 3),
                "why": hit.why,
                "url": _url(hit),
            }
            for hit in hits
        ],
    }


def _line(hit: AlertHit) -> str:
    at = float(hit.asset.seconds_at(hit.start_pts))
    clock = f"{int(at) // 3600}:{int(at) // 60 % 60:02}:{int(at) % 60:02}"
    said = f"- {hit.asset.name} at {clock}" + (f": {hit.why}" if hit.why else "")
    return f"{said}\n  {_url(hit)}" if settings.SITE_URL else said


def _url(hit: AlertHit) -> str:
    if not settings.SITE_URL:
        return ""
    at = round(float(hit.asset.seconds_at(hit.start_pts)), 3)
    return f"{settings.SITE_URL}/assets/{hit.asset_id}/?t={at}"
