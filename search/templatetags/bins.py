"""What other rooms' pages say about bins."""

from __future__ import annotations

from django import template

from ingest.models import Asset
from search.bins import uses_of

register = template.Library()


@register.simple_tag
def bin_uses(asset: Asset) -> str:
    """How many moments of bins would go with an asset, as the rest of a sentence; or nothing."""
    items, bins = uses_of(asset)
    if not items:
        return ""
    moments = "1 moment" if items == 1 else f"{items} moments"
    return f"{moments} in {'1 bin' if bins == 1 else f'{bins} bins'}"
