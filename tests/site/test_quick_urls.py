"""``{% url %}`` gives what Django's does, whatever the pattern."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.urls import NoReverseMatch, get_resolver, reverse, set_script_prefix
from hypothesis import given
from hypothesis import strategies as st


def rendered(text: str, **values: object) -> str:
    return Template(text).render(Context(values))


def names_of(count: int) -> list[str]:
    """Names of our own pages that take so many numbers."""
    found = []
    for space in ("search", "recognition", "ingest"):
        for name in get_resolver().namespace_dict[space][1].reverse_dict:
            if isinstance(name, str):
                try:
                    reverse(f"{space}:{name}", args=[7] * count)
                except NoReverseMatch:
                    continue
                found.append(f"{space}:{name}")
    return sorted(found)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_every_page_has_the_address_that_reverse_gives(count: int) -> None:
    names = names_of(count)
    assert names
    for name in names:
        numbers = [41 + n for n in range(count)]
        words = " ".join(str(number) for number in numbers)
        assert rendered(f"{{% url '{name}' {words} %}}") == reverse(name, args=numbers)


@given(st.integers(0, 2**63 - 1))
def test_every_number_stands_as_it_is(number: int) -> None:
    found = rendered(
        "{% url 'ingest:asset' pk %}|{% url 'ingest:asset' pk as a %}{{ a }}", pk=number
    )
    assert found == f"{reverse('ingest:asset', args=[number])}|" + reverse(
        "ingest:asset", args=[number]
    )


def test_what_is_no_number_is_left_to_django() -> None:
    assert rendered("{% url 'ingest:asset' pk=pk %}", pk=4) == reverse("ingest:asset", args=[4])
    assert rendered("{% url 'ingest:asset' pk %}", pk="4") == reverse("ingest:asset", args=[4])
    for wrong in (-1, None, "four", True):
        with pytest.raises(NoReverseMatch):
            rendered("{% url 'ingest:asset' pk %}", pk=wrong)
    with pytest.raises(NoReverseMatch):
        rendered("{% url 'ingest:asset' %}")
    assert rendered("{% url 'ingest:nothing' as a %}[{{ a }}]") == "[]"


def test_a_site_below_a_path_has_its_own_addresses() -> None:
    try:
        set_script_prefix("/below/")
        assert rendered("{% url 'ingest:asset' 4 %}").startswith("/below/")
    finally:
        set_script_prefix("/")
    assert not rendered("{% url 'ingest:asset' 4 %}").startswith("/below/")
