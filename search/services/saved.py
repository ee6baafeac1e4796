"""Saved searches and one's own history, which can be erased and switched off."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.utils import timezone

from ingest.services.names import clean_text
from search.errors import BadAlert
from search.models import PastSearch, SavedSearch, SearchHabit

MOST_SAVED = 200
MOST_PAST = 500
STILL_TYPING = timedelta(minutes=2)
"""A search that goes on from the one before within this time takes its place. By eye."""


@transaction.atomic
def save_search(*, user: AbstractBaseUser, name: str, text: str, address: str) -> SavedSearch:
    """Keep a search under a name; the same one again changes its name. Raises BadAlert."""
    if not address or len(address) > 4000:
        raise BadAlert("This asks for nothing in particular: search first, then save it.")
    if SavedSearch.objects.filter(user=user.pk).count() >= MOST_SAVED:
        raise BadAlert(f"You have {MOST_SAVED} saved searches: delete one first.")
    title = clean_text(name or text, limit=120) or "Search"
    saved, _ = SavedSearch.objects.update_or_create(
        user_id=user.pk, address=address, defaults={"name": title}
    )
    return saved


def delete_search(*, saved: SavedSearch) -> None:
    """Forget a saved search."""
    saved.delete()


def remember(*, user: AbstractBaseUser, text: str, address: str) -> None:
    """Write a search into its asker's history, unless they switched that off.

    One that goes on from the last, typed a moment ago, takes its place; the same one again moves
    up; of too many the oldest go. One message to Postgres, which makes a transaction of it: each
    search waits for this.
    """
    words = text.strip()
    if not words or len(address) > 4000:
        return
    now = timezone.now()
    asked = {
        "user": user.pk,
        "words": words,
        "address": address,
        "now": now,
        "since": now - STILL_TYPING,
        "most": MOST_PAST,
    }
    with connection.cursor() as cursor:
        cursor.execute(_REMEMBER, asked)


_REMEMBER = """
-- An answer need not wait for the disk: at most the last searches before a power cut go.
SET LOCAL synchronous_commit TO OFF;
WITH last AS (
    SELECT id, text, asked_at FROM search_pastsearch WHERE user_id = %(user)s
    ORDER BY asked_at DESC, id DESC LIMIT 1
), wanted AS (
    SELECT NOT EXISTS (
        SELECT FROM search_searchhabit WHERE user_id = %(user)s AND NOT keeps_history
    ) AS is_kept
), typed AS (
    SELECT id FROM last, wanted
    WHERE is_kept AND asked_at > %(since)s
    AND (starts_with(%(words)s, text) OR starts_with(text, %(words)s))
), changed AS (
    UPDATE search_pastsearch AS past
    SET text = %(words)s, address = %(address)s, asked_at = %(now)s
    FROM typed WHERE past.id = typed.id
), gone AS (
    DELETE FROM search_pastsearch AS past USING wanted
    WHERE is_kept AND NOT EXISTS (SELECT FROM typed)
    AND past.user_id = %(user)s AND past.address = %(address)s
)
INSERT INTO search_pastsearch (user_id, text, address, asked_at)
SELECT %(user)s, %(words)s, %(address)s, %(now)s FROM wanted
WHERE is_kept AND NOT EXISTS (SELECT FROM typed);
DELETE FROM search_pastsearch WHERE id IN (
    SELECT id FROM search_pastsearch WHERE user_id = %(user)s
    ORDER BY asked_at DESC, id DESC OFFSET %(most)s
)
"""


def keeps_history(user: AbstractBaseUser) -> bool:
    """Whether the user's searches are remembered; they are until that is switched off."""
    habit = SearchHabit.objects.filter(user=user.pk).first()
    return habit is None or habit.keeps_history


@transaction.atomic
def set_history(*, user: AbstractBaseUser, keeps: bool) -> None:
    """Switch the history on, or off; off also erases it."""
    SearchHabit.objects.update_or_create(user_id=user.pk, defaults={"keeps_history": keeps})
    if not keeps:
        erase_history(user=user)


def erase_history(*, user: AbstractBaseUser) -> None:
    """Erase all of it."""
    PastSearch.objects.filter(user=user.pk).delete()
