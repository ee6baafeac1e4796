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


@transaction.atomic
def remember(*, user: AbstractBaseUser, text: str, address: str) -> None:
    """Write a search into its asker's history, unless they switched that off."""
    words = text.strip()
    if not words or len(address) > 4000 or not keeps_history(user):
        return
    with connection.cursor() as cursor:
        # An answer need not wait for the disk: at most the last searches before a power cut go.
        cursor.execute("SET LOCAL synchronous_commit TO OFF")
    now = timezone.now()
    last = PastSearch.objects.filter(user=user.pk).first()
    if last is not None and last.asked_at > now - STILL_TYPING and _goes_on(last.text, words):
        last.text, last.address, last.asked_at = words, address, now
        last.save()
        return
    PastSearch.objects.filter(user=user.pk, address=address).delete()
    PastSearch.objects.create(user_id=user.pk, text=words, address=address, asked_at=now)
    kept = PastSearch.objects.filter(user=user.pk).values_list("pk", flat=True)[:MOST_PAST]
    PastSearch.objects.filter(user=user.pk).exclude(pk__in=list(kept)).delete()


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


def _goes_on(before: str, now: str) -> bool:
    return now.startswith(before) or before.startswith(now)
