"""Whether people may be told apart in an asset's library: the switch, as stages ask for it."""

from __future__ import annotations

from ingest.models import Asset, Library


def library_recognises(asset: Asset, *, is_held: bool = False) -> bool:
    """Whether the switch is on now.

    ``is_held``: it stays as it is until the transaction ends, so that no vector is written after
    someone was told that there are none left.
    """
    libraries = Library.objects.filter(pk=asset.library_id)
    if is_held:
        libraries = libraries.select_for_update(no_key=True)
    return bool(libraries.values_list("recognises_people", flat=True).first())
