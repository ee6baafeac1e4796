"""Writes about cameras."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from ingest.errors import NotAllowed
from ingest.models import Asset, Camera, Library


@transaction.atomic
def save_camera(*, camera: Camera, overlaps: Iterable[Camera] | None = None) -> Camera:
    """Store a camera that a form has checked.

    ``overlaps``: the cameras of its library that see the same place at once; None leaves them as
    they are. Raises NotAllowed for another library's, and for the camera itself.
    """
    camera.save()
    if overlaps is not None:
        chosen = list(overlaps)
        if any(c.library_id != camera.library_id or c.pk == camera.pk for c in chosen):
            raise NotAllowed("A camera overlaps with others of its own library.")
        camera.overlaps.set(chosen)
    return camera


@transaction.atomic
def delete_camera(*, camera: Camera) -> None:
    """Forget a camera; its footage stays, without one."""
    camera.delete()


@transaction.atomic
def assign_camera(*, asset: Asset, camera: Camera | None) -> Asset:
    """Say which camera recorded an asset. Raises NotAllowed for another library's camera."""
    if camera is not None and camera.library_id != asset.library_id:
        raise NotAllowed("This library has no such camera.")
    asset.camera = camera
    asset.save(update_fields=["camera"])
    return asset


def camera_named(*, library: Library, name: str) -> Camera:
    """The library's camera of this name, made if it is new."""
    camera, _ = Camera.objects.get_or_create(library=library, name=name)
    return camera
