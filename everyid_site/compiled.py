"""Templates that are compiled to Python: what a page of answers repeats, card by card.

Django's templates are walked node by node: of a search's processor time a fifth went to writing two
dozen cards. Those lie under ``templates/jinja2`` and are written by Jinja, in the same words; the
pages around them stay Django's. Both escape whatever is not marked as safe.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from jinja2 import Environment, StrictUndefined

from everyid_site.quick_urls import address_of
from ingest.templatetags import everyid

register = template.Library()


def environment(**options: Any) -> Environment:
    """Jinja as Django sets it up (escaping), with what the templates call: ``url``, ``icon``.

    A name that is not given is an error: Django's empty text in its place would hide it.
    """
    options = {**options, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    made = Environment(**options)  # noqa: S701 - Django's options switch escaping on
    made.globals.update(url=address_of, icon=_icon)
    return made


@lru_cache(maxsize=64)
def _icon(name: str) -> SafeString:
    return everyid.icon(name)


@register.simple_tag
def compiled(name: str, **context: Any) -> SafeString:
    """A compiled template, given what is named: ``{% compiled "search/_parts.html" page=… %}``."""
    return SafeString(render_to_string(name, context, using="jinja2"))
