"""What is said about the assets and the people of moments: for filters, and for the page."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from ingest.models import Asset
from recognition.models import Identity, name_of
from search.ranking.facets import AssetLabel
from search.ranking.moments import Moment
from search.retrieval.prepared import THE_IDS, Prepared


class Clock(NamedTuple):
    """What an asset's times are counted by, without the rest of the asset: a page reads a
    hundred."""

    time_base: Fraction
    first_pts: int

    def seconds_at(self, pts: int) -> Fraction:
        """Seconds from the asset's first frame, as ``Asset.seconds_at``."""
        return (pts - self.first_pts) * self.time_base


def read_labels(moments: Sequence[Moment]) -> dict[int, tuple[AssetLabel, Clock]]:
    """By asset: what is said about it, and what its times are counted by. One question."""
    rows = _ASSETS.rows({moment.asset_id for moment in moments})
    return {
        pk: (
            AssetLabel(pk, name, slug, library, sample, camera_id, camera or "", bool(proxy)),
            Clock(Fraction(number or 1, size or 1), first or 0),
        )
        for pk, name, slug, library, sample, camera_id, camera, proxy, number, size, first in rows
    }


def read_names(moments: Sequence[Moment]) -> dict[int, str]:
    """Names of the people in the moments, hidden ones left out. One question."""
    rows = _IDENTITIES.rows({pk for moment in moments for pk in moment.identity_ids})
    return {pk: name_of(name, number) for pk, name, number in rows}


_ASSETS = Prepared(
    lambda: (
        Asset.objects.filter(pk__any=THE_IDS)
        .order_by()
        .values_list(
            *("id", "name", "library__slug", "library__name", "library__is_sample"),
            *("camera_id", "camera__name", "proxy_key"),
            *("time_base_num", "time_base_den", "first_pts"),
        )
    )
)
_IDENTITIES = Prepared(
    lambda: (
        Identity.objects.filter(pk__any=THE_IDS, is_hidden=False, library__recognises_people=True)
        .order_by()
        .values_list("id", "name", "number")
    )
)
