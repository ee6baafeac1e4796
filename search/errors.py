"""What can go wrong with a search. Django-free.

    SearchError
    └── QueryTooLong       more text than a question has

Every error carries a ``code`` for programs, a sentence for people (its ``str``) and
``permanent``: whether trying the same again is pointless.
"""

from __future__ import annotations


class SearchError(Exception):
    """Base of all errors of this room."""

    code = "search"
    permanent = True


class QueryTooLong(SearchError):
    code = "query_too_long"
