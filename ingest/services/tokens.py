"""Makes, finds and revokes the tokens of the API and of agents.

A secret has 256 random bits, so that a plain SHA-256 of it cannot be searched through; it is given
once, when it is made.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from ingest.errors import BadToken
from ingest.models import ApiToken
from ingest.services.names import clean_text

PREFIX = "eid_"
MOST_TOKENS = 30
USED_WITHIN = timedelta(hours=1)
"""A token's last use is told to the hour, so that reading does not write each time."""


@transaction.atomic
def make_token(*, user: AbstractBaseUser, name: str, scope: str) -> tuple[ApiToken, str]:
    """A new token and its secret, which cannot be read again. Raises BadToken."""
    title = clean_text(name, limit=80)
    if not title:
        raise BadToken("Give the token a name that says what it is for.")
    if scope not in ApiToken.Scope.values:
        raise BadToken("A token may read, or read and write.")
    if ApiToken.objects.filter(user=user.pk).count() >= MOST_TOKENS:
        raise BadToken(f"You have {MOST_TOKENS} tokens: revoke one first.")
    secret = PREFIX + secrets.token_urlsafe(32)
    made = ApiToken.objects.create(
        user_id=user.pk,
        name=title,
        scope=scope,
        start=secret[: len(PREFIX) + 4],
        digest=digest_of(secret),
    )
    return made, secret


def find_token(secret: str) -> ApiToken | None:
    """The token of a secret, of a user who is still active; that it was used is noted."""
    found = ApiToken.objects.filter(digest=digest_of(secret), user__is_active=True)
    token = found.select_related("user").first()
    now = timezone.now()
    if token and (token.used_at is None or token.used_at < now - USED_WITHIN):
        ApiToken.objects.filter(pk=token.pk).update(used_at=now)
    return token


def revoke_token(*, token: ApiToken) -> None:
    """From now on the token opens nothing."""
    token.delete()


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
