"""Templates that are compiled to Python: what a page of answers repeats, card by card.

Django's templates are walked node by node: of a search's processor time a fifth went to writing two
dozen cards. Those lie under ``templates/jinja2`` and are written by Jinja, in the same words; the
pages around them stay Django's. Both escape whatever is not marked as safe.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup, _escape_inner, escape  # type: ignore[attr-defined]

from everyid_site.quick_urls import address_of, addresses_of
from ingest.templatetags import everyid

register = template.Library()


def escaped(value: Any) -> str:
    """What Jinja's ``escape`` gives, without wrapping each text in a ``Markup`` that the joining
    of the page throws away: that wrapping is twenty times the escaping."""
    kind = type(value)
    if kind is str:
        return _escape_inner(value)
    if kind is Markup:
        return cast("str", value)
    return str(value) if kind is int else escape(value)


class _Template(Template):
    """A template whose ``{{ … }}`` are escaped by ``escaped``."""

    @classmethod
    def from_code(cls, *args: Any, **options: Any) -> Template:
        """As Jinja makes it, but for one function that its code calls by name."""
        made = super().from_code(*args, **options)
        made.root_render_func.__globals__["escape"] = escaped
        return made


class _Environment(Environment):
    """Jinja that does not look among keys for an attribute that is missing: it is an error."""

    template_class = _Template
    getattr = staticmethod(getattr)  # type: ignore[assignment]


def environment(**options: Any) -> Environment:
    """Jinja as Django sets it up (escaping), with what the templates call: ``url``, ``urls`` (many
    of one pattern, to be filled by ``%``), ``icon``.

    A name that is not given is an error: Django's empty text in its place would hide it.
    """
    options = {**options, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    made = _Environment(**options)  # Django's options switch escaping on
    made.globals.update(url=address_of, urls=addresses_of, icon=_icon)
    return made


@lru_cache(maxsize=64)
def _icon(name: str) -> Markup:
    return Markup(everyid.icon(name))  # noqa: S704 - written by Django, which escapes the name


@register.simple_tag
def compiled(name: str, **context: Any) -> SafeString:
    """A compiled template, given what is named: ``{% compiled "search/_parts.html" page=… %}``."""
    return SafeString(render_to_string(name, context, using="jinja2"))
