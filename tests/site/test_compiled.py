"""Templates that Jinja writes: they escape what they are given, and miss nothing silently."""

from __future__ import annotations

from types import SimpleNamespace as Given

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString
from jinja2 import UndefinedError

from everyid_site.compiled import environment
from everyid_site.quick_urls import address_of

HOSTILE = "<b>'Bea'</b> & co"


def filters(label: str) -> dict[str, object]:
    choice = Given(label=label, count=2, is_chosen=False)
    option = Given(address='?q="x"&scene=1', choice=choice)
    group = Given(facet=Given(title="Place"), choices=[option])
    return {"page": Given(unfiltered="", filters=[group])}


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


def test_a_name_that_is_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="page"):
        render_to_string("search/_filters.html", {}, using="jinja2")


def test_addresses_are_those_of_reverse() -> None:
    assert address_of("ingest:asset", 41) == reverse("ingest:asset", args=[41])
    assert address_of("search:home") == reverse("search:home")
    with pytest.raises(NoReverseMatch):
        address_of("search:nowhere")
