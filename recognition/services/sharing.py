"""Share links: made, opened, revoked.

The token has 256 random bits and is stored as its SHA-256 alone; a password as Django's hash of
it. What a link shows is asked of the database at every request, so a revoked or expired link shows
nothing more, and says no more than one that never was.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ingest import storage
from ingest.errors import NotAllowed
from ingest.models import Asset, Library, Role
from ingest.selectors import User, require_role
from ingest.services import audit
from ingest.services.names import clean_text
from recognition.errors import ShareGone, ShareRefused, TooManyTries
from recognition.models import Identity, SharedMoment, ShareLink

MAX_DAYS = 90
DEFAULT_DAYS = 7
MAX_MOMENTS = 50
MAX_MOMENT_S = 120
"""By judgement: a link is for looking at something, and an archive of its own it is not."""

TRIES = 5
PAUSE = timedelta(minutes=15)
"""Five wrong passwords close a link for a quarter of an hour: 480 guesses a day at most (OWASP's
authentication advice names no number; by judgement)."""

MIN_PASSWORD = 6


@dataclass(frozen=True, slots=True)
class MomentWanted:
    """A time range to share: pts of the asset, ``end_pts`` exclusive."""

    asset: Asset
    start_pts: int
    end_pts: int


@transaction.atomic
def share_identity(
    *, identity: Identity, user: User, title: str, days: int = DEFAULT_DAYS, password: str = ""
) -> tuple[ShareLink, str]:
    """A link to one person's pictures, and its token, which is shown this once.

    Owners and editors. Raises ShareRefused or NotAllowed.
    """
    require_role(user, identity.library, Role.OWNER, Role.EDITOR)
    link, token = _make(identity.library, user, title, days, password)
    link.identity = identity
    link.save()
    _log(link, user, "shared", days=days, has_password=bool(password))
    return link, token


@transaction.atomic
def share_moments(
    *,
    library: Library,
    user: User,
    moments: Sequence[MomentWanted],
    title: str,
    days: int = DEFAULT_DAYS,
    password: str = "",
) -> tuple[ShareLink, str]:
    """A link to moments of one library, and its token. Raises ShareRefused or NotAllowed."""
    require_role(user, library, Role.OWNER, Role.EDITOR)
    if not 0 < len(moments) <= MAX_MOMENTS:
        raise ShareRefused(f"Choose 1 to {MAX_MOMENTS} moments.")
    for wanted in moments:
        _check_moment(library, wanted)
    link, token = _make(library, user, title, days, password)
    link.save()
    SharedMoment.objects.bulk_create(
        SharedMoment(link=link, ordinal=n, asset=m.asset, start_pts=m.start_pts, end_pts=m.end_pts)
        for n, m in enumerate(moments)
    )
    _log(link, user, "shared", days=days, has_password=bool(password), moments=len(moments))
    return link, token


@transaction.atomic
def revoke(*, link: ShareLink, user: User) -> ShareLink:
    """Close a link for good. Who made it, and owners. Raises NotAllowed."""
    role = require_role(user, link.library)
    if role != Role.OWNER and link.created_by_id != user.pk:
        raise NotAllowed("Only who made a link, or an owner, may revoke it.")
    if link.revoked_at is None:
        link.revoked_at = timezone.now()
        link.save(update_fields=["revoked_at"])
        _log(link, user, "revoked")
        for moment in link.moments.all():
            transaction.on_commit(lambda m=moment: _remove_excerpt(m))  # type: ignore[misc]
    return link


def link_of(token: str) -> ShareLink:
    """The open link of a token. Raises ShareGone: expired, revoked and unknown are one."""
    digest = digest_of(token)
    link = (
        ShareLink.objects.filter(token_sha256=digest).select_related("library", "identity").first()
    )
    if link is None or not hmac.compare_digest(link.token_sha256, digest) or not is_open(link):
        raise ShareGone("This link leads nowhere: it has expired, was revoked, or never was.")
    return link


def link_by_id(pk: int) -> ShareLink:
    """The open link of a signed address. Raises ShareGone."""
    link = ShareLink.objects.filter(pk=pk).select_related("library", "identity").first()
    if link is None or not is_open(link):
        raise ShareGone("This link leads nowhere: it has expired, was revoked, or never was.")
    return link


def is_open(link: ShareLink) -> bool:
    """Whether a link shows anything now."""
    if link.revoked_at is not None or link.expires_at <= timezone.now():
        return False
    identity = link.identity
    if identity is None:
        return True
    return link.library.recognises_people and not identity.is_hidden


def enter_password(*, link: ShareLink, password: str, address: str | None) -> bool:
    """Whether the password is right. Raises TooManyTries, also for the right one, for a while."""
    with transaction.atomic():
        held = ShareLink.objects.select_for_update().get(pk=link.pk)
        now = timezone.now()
        is_fresh = held.tried_at is not None and held.tried_at > now - PAUSE
        if held.wrong_tries >= TRIES and is_fresh:
            raise TooManyTries("Too many wrong passwords: try again in a quarter of an hour.")
        is_right = check_password(password, held.password)
        held.wrong_tries = 0 if is_right else (held.wrong_tries + 1 if is_fresh else 1)
        held.tried_at = None if is_right else now
        held.save(update_fields=["wrong_tries", "tried_at"])
        if not is_right:
            _log(held, None, "opened", address=address, outcome="wrong password")
    return is_right


@transaction.atomic
def note_opening(*, link: ShareLink, address: str | None) -> None:
    """Count a look at the page, and write it down."""
    now = timezone.now()
    ShareLink.objects.filter(pk=link.pk).update(opened_count=F("opened_count") + 1, opened_at=now)
    _log(link, None, "opened", address=address, outcome="shown")


def digest_of(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def excerpt_key(moment: SharedMoment) -> str:
    """Where the excerpt of a shared moment lies: with the asset, so that it goes with it."""
    return f"{moment.asset_id}/shared/{moment.link_id}-{moment.ordinal}.mp4"


def _make(
    library: Library, user: User, title: str, days: int, password: str
) -> tuple[ShareLink, str]:
    shown = clean_text(title, limit=120)
    if not shown:
        raise ShareRefused("A link needs a title: it is all that guests read.")
    if not 1 <= days <= MAX_DAYS:
        raise ShareRefused(f"A link lasts 1 to {MAX_DAYS} days.")
    if password and len(password) < MIN_PASSWORD:
        raise ShareRefused(f"A password needs {MIN_PASSWORD} characters or more.")
    token = secrets.token_urlsafe(32)
    link = ShareLink(
        library=library,
        title=shown,
        token_sha256=digest_of(token),
        password=make_password(password) if password else "",
        created_by_id=user.pk,
        expires_at=timezone.now() + timedelta(days=days),
    )
    return link, token


def _check_moment(library: Library, wanted: MomentWanted) -> None:
    asset = wanted.asset
    if asset.library_id != library.pk:
        raise ShareRefused("All moments of a link are of one library.")
    first, end = asset.first_pts or 0, asset.end_pts or 0
    if not first <= wanted.start_pts < wanted.end_pts <= end:
        raise ShareRefused("A moment lies outside its asset.")
    if (wanted.end_pts - wanted.start_pts) * asset.time_base > MAX_MOMENT_S:
        raise ShareRefused(f"A shared moment lasts {MAX_MOMENT_S} seconds at most.")


def _remove_excerpt(moment: SharedMoment) -> None:
    storage.derived_path(excerpt_key(moment)).unlink(missing_ok=True)


def _log(
    link: ShareLink, user: User | None, verb: str, *, address: str | None = None, **detail: object
) -> None:
    """Entries about a shared identity name the identity, so that they are found and forgotten."""
    subject = link.identity or link
    label = link.identity.display_name if link.identity else link.title
    audit.record(
        user=user,
        library=link.library,
        verb=verb,
        subject=subject,
        label=label,
        address=address,
        link=link.pk,
        **detail,
    )
