"""``{% url %}`` for pages with many addresses of one pattern: each pattern is worked out once.

A page of answers has some two hundred addresses, of a dozen patterns; Django searches its resolver
for each. A number stands in an address
as it is written, so that a pattern found with other numbers serves for all. Whatever else than
numbers an address is made of is left to Django.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.defaulttags import URLNode, url
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.html import conditional_escape

register = template.Library()
PATTERNS = 2_048
STAND_IN = 10_000_000_019
"""Numbers from here on stand for those to come; of one length, so that none is part of another."""


@register.tag("url")
def quick_url(parser: Parser, token: Token) -> URLNode:
    """Django's tag of this name."""
    node = url(parser, token)
    return _QuickURLNode(node.view_name, node.args, node.kwargs, node.asvar)


class _QuickURLNode(URLNode):
    def render(self, context: Context) -> Any:
        if self.kwargs:
            return super().render(context)
        name = self.view_name.resolve(context)
        numbers = [arg.resolve(context) for arg in self.args]
        if not all(type(number) is int and number >= 0 for number in numbers):
            return super().render(context)
        place = settings.ROOT_URLCONF, get_urlconf(), get_script_prefix()
        try:
            address = _filled(_pattern(name, len(numbers), _app_of(context), place), numbers)
        except NoReverseMatch:
            return super().render(context)
        if self.asvar:
            context[self.asvar] = address
            return ""
        return conditional_escape(address) if context.autoescape else address


def _app_of(context: Context) -> str | None:
    """The application whose names come first, as Django's own tag has it."""
    request = getattr(context, "request", None)
    match = getattr(request, "resolver_match", None)
    found: str | None = getattr(request, "current_app", getattr(match, "namespace", None))
    return found


def address_of(name: str, *numbers: int) -> str:
    """The address of a page whose address is made of numbers alone. Raises NoReverseMatch."""
    place = settings.ROOT_URLCONF, get_urlconf(), get_script_prefix()
    return _filled(_pattern(name, len(numbers), None, place), numbers)


def addresses_of(name: str) -> str:
    """The addresses of the many pages of a list, with ``%s`` for what each has of its own: one
    number, or one slug.

    Raises NoReverseMatch.
    """
    place = settings.ROOT_URLCONF, get_urlconf(), get_script_prefix()
    return "%s".join(text.replace("%", "%%") for text in _pattern(name, 1, None, place))


@lru_cache(maxsize=PATTERNS)
def _pattern(
    name: str, count: int, app: str | None, place: tuple[str, str | None, str]
) -> tuple[str, ...]:
    """The texts between the numbers of an address. Raises NoReverseMatch, as ``reverse`` does."""
    stand_ins = [STAND_IN + number for number in range(count)]
    rest, found = reverse(name, args=stand_ins, current_app=app), []
    for stand_in in stand_ins:
        before, _, rest = rest.partition(str(stand_in))
        found.append(before)
    return (*found, rest)


def _filled(pattern: tuple[str, ...], numbers: Sequence[int]) -> str:
    parts = [text for pair in zip(pattern, map(str, numbers), strict=False) for text in pair]
    return "".join([*parts, pattern[-1]])
