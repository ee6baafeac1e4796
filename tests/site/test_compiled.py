"""Templates that Jinja writes: they escape what they are given, and miss nothing silently."""

from __future__ import annotations

from types import SimpleNamespace as Made

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse, set_script_prefix
from django.utils.safestring import SafeString
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from markupsafe import Markup, escape

from everyid_site.compiled import environment, escaped
from everyid_site.quick_urls import address_of, addresses_of

HOSTILE = "<b>'Bea'</b> & co"


def filters(label: str) -> dict[str, object]:
    choice = Made(label=label, count=2, is_chosen=False)
    option = Made(address='?q="x"&scene=1', choice=choice)
    group = Made(facet=Made(title="Place"), choices=[option])
    return {"page": Made(unfiltered="", filters=[group])}


def test_what_is_given_is_escaped() -> None:
    page = render_to_string("search/_filters.html", filters(HOSTILE), using="jinja2")
    assert "&lt;b&gt;&#39;Bea&#39;&lt;/b&gt; &amp; co" in page
    assert 'href="?q=&#34;x&#34;&amp;scene=1"' in page
    assert "<b>" not in page


def test_it_is_escaped_once_within_a_page_of_django() -> None:
    source = '{% compiled "search/_filters.html" page=page as filters %}{{ filters }}'
    written = Template(source).render(Context(filters(HOSTILE)))
    assert written == render_to_string("search/_filters.html", filters(HOSTILE), using="jinja2")


def test_what_django_marked_as_safe_stays_as_it_is() -> None:
    asked = environment(autoescape=True).from_string("{{ one }}{{ icon('film') }}")
    written = asked.render(one=SafeString("<i>"))
    assert written.startswith("<i><svg")
    assert "#film" in written


@given(
    st.one_of(st.text(), st.text("<>&'\""), st.integers(), st.floats(), st.none(), st.booleans())
)
def test_escaping_gives_what_jinja_gives(value: object) -> None:
    assert escaped(value) == escape(value)
    assert escaped(Markup(value)) == Markup(value)
    assert escaped(SafeString(value)) == SafeString(value)
    asked = environment(autoescape=True).from_string("{{ value }}|")
    assert asked.render(value=value) == f"{escape(value)}|"


def test_templates_are_escaped_by_it() -> None:
    asked = environment(autoescape=True).from_string("{{ value }}")
    assert asked.root_render_func.__globals__["escape"] is escaped


def test_an_attribute_that_is_missing_is_an_error() -> None:
    asked = environment(autoescape=True).from_string("{{ value.name }}")
    with pytest.raises(AttributeError, match="name"):
        asked.render(value={"name": "a key is no attribute"})


def test_a_name_that_is_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="page"):
        render_to_string("search/_filters.html", {}, using="jinja2")


def test_addresses_are_those_of_reverse() -> None:
    assert address_of("ingest:asset", 41) == reverse("ingest:asset", args=[41])
    assert address_of("search:home") == reverse("search:home")
    with pytest.raises(NoReverseMatch):
        address_of("search:nowhere")


def test_addresses_of_a_list_are_those_of_reverse() -> None:
    for name in ("ingest:asset", "ingest:proxy", "search:example-box"):
        assert addresses_of(name) % 41 == reverse(name, args=[41])
    found = addresses_of("search:export-search") % "edl"
    assert found == reverse("search:export-search", args=["edl"])
    try:
        set_script_prefix("/100%d/")
        assert addresses_of("ingest:asset") % 41 == reverse("ingest:asset", args=[41])
    finally:
        set_script_prefix("/")
    with pytest.raises(NoReverseMatch):
        addresses_of("search:nowhere")
