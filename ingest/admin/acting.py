"""What the admin's pages of this room share: links, and doing something to many rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString


def link_to(label: object, name: str, *args: object) -> SafeString:
    """A link to a page of the app."""
    return format_html('<a href="{}">{}</a>', reverse(name, args=args), label)


def act_on(
    model_admin: Any,
    request: HttpRequest,
    rows: QuerySet[Any],
    act: Callable[[Any], object],
    done: str,
) -> None:
    """Do ``act`` to each row, and say how many there were."""
    number = 0
    for row in rows:
        act(row)
        number += 1
    model_admin.message_user(request, f"{number} {done}.", messages.SUCCESS)
