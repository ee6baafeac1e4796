"""Filters of the API's reference."""

from __future__ import annotations

import re

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

_CODE = re.compile(r"``?([^`]+)``?")
_VARIABLE = re.compile(r"(\{[a-z_]+\})")


@register.filter
def prose(text: str) -> SafeString:
    """A docstring: what stands between backticks is code, all else is text."""
    return _marked(_CODE.split(text), "<code>{}</code>")


@register.filter
def address(path: str) -> SafeString:
    """A path with its variables marked."""
    return _marked(_VARIABLE.split(path), '<var class="api-path__var">{}</var>')


def _marked(parts: list[str], mark: str) -> SafeString:
    """Every second part marked, all of them escaped."""
    marked = (format_html(mark if i % 2 else "{}", part) for i, part in enumerate(parts))
    return format_html_join("", "{}", ((part,) for part in marked))
