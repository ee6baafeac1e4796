"""What people keep of a search: bins, excerpts, saved searches, alerts, history."""

from search.models.bin import Bin, BinItem, Marker
from search.models.check import Check
from search.models.example import Example
from search.models.excerpt import Excerpt, ExcerptOrder
from search.models.saved import (
    Alert,
    AlertHit,
    AlertLook,
    AlertNotice,
    PastSearch,
    SavedSearch,
    SearchHabit,
)

__all__ = [
    "Alert",
    "AlertHit",
    "AlertLook",
    "AlertNotice",
    "Bin",
    "BinItem",
    "Check",
    "Example",
    "Excerpt",
    "ExcerptOrder",
    "Marker",
    "PastSearch",
    "SavedSearch",
    "SearchHabit",
]
