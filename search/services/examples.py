"""Keeps what somebody searches by: a sent picture or a box on a frame, as a vector, for an hour.

A sent file is told by its content, bounded in bytes and pixels before it is decoded, and gone when
the request is; what stays is a vector and a thumbnail of 96 pixels.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO

import numpy as np
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from pgvector import HalfVector
from PIL import Image as Pictures
from PIL import ImageOps, UnidentifiedImageError

from ingest.models import Keyframe
from recognition.engine.types import Image
from recognition.engine.views import in_views
from recognition.models import Encoder, Track
from recognition.networks import image_encoder, person_encoder
from recognition.selectors import boxes_of, current_encoder
from recognition.services.pictures import read_picture
from search.errors import BadPicture
from search.models import Example

KEPT_FOR = timedelta(hours=1)
MOST_KEPT = 20
"""Per user; the oldest goes. By judgement."""
MOST_BYTES = 20_000_000
MOST_PIXELS = 50_000_000
"""By judgement: any still camera's pictures, and 150 MB decoded."""
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
WORKED_ON_PX, THUMBNAIL_PX = 1024, 96
LEAST_SIDE = 0.02
"""Of a frame: below, a box was a slip of the hand."""
SAME_BOX = 0.5
"""Intersection over union from which a drawn box means a detected one (PASCAL VOC)."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box on a frame, xyxy_norm. Raises BadPicture when it is none."""

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        ordered = 0 <= self.left < self.right <= 1 and 0 <= self.top < self.bottom <= 1
        sides = (self.right - self.left, self.bottom - self.top)
        if not ordered or min(sides) < LEAST_SIDE:
            raise BadPicture(
                "A box has its left, top, right and bottom between 0 and 1, in that order, and "
                f"sides of at least {LEAST_SIDE}."
            )


def read_upload(file: BinaryIO, size: int) -> Image:
    """A sent picture as RGB (h, w, 3), its longer side at most ``WORKED_ON_PX``.

    Raises BadPicture with a sentence for whatever is no picture, or too much of one.
    """
    if size > MOST_BYTES:
        raise BadPicture(f"The picture is larger than {MOST_BYTES // 1_000_000} MB.")
    refused = BadPicture("This file is no picture that can be read: send JPEG, PNG or WebP.")
    try:
        with Pictures.open(file, formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise BadPicture(
                    f"The picture has more than {MOST_PIXELS // 1_000_000} million pixels."
                )
            if min(opened.size) < 8:
                raise BadPicture("The picture is smaller than 8 pixels.")
            opened.draft("RGB", (WORKED_ON_PX, WORKED_ON_PX))
            upright = ImageOps.exif_transpose(opened).convert("RGB")
            upright.thumbnail((WORKED_ON_PX, WORKED_ON_PX))
            return np.asarray(upright, dtype=np.uint8)
    except (Pictures.DecompressionBombError, Pictures.DecompressionBombWarning):
        raise BadPicture(
            f"The picture has more than {MOST_PIXELS // 1_000_000} million pixels."
        ) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, KeyError):
        raise refused from None


def keep_picture(*, user: AbstractBaseUser, picture: Image, is_person: bool = False) -> Example:
    """Keep a sent picture's vector: of the whole, or of the person whom it shows."""
    return _keep(user, picture, is_person=is_person, keyframe=None)


def keep_box(*, user: AbstractBaseUser, keyframe: Keyframe, box: Box) -> Example:
    """Keep the vector of a part of a frame."""
    picture = read_picture(keyframe.image_key)
    height, width = picture.shape[:2]
    left, right = int(box.left * width), max(int(box.left * width) + 1, int(box.right * width))
    top, bottom = int(box.top * height), max(int(box.top * height) + 1, int(box.bottom * height))
    part = np.ascontiguousarray(picture[top:bottom, left:right])
    return _keep(user, part, is_person=False, keyframe=keyframe)


def person_in_box(keyframe: Keyframe, box: Box) -> Track | None:
    """The detected person whom a drawn box is around, where the library recognises people."""
    if not keyframe.asset.library.recognises_people:
        return None
    best: tuple[float, Track | None] = (SAME_BOX, None)
    for track, found in people_on(keyframe):
        share = _share(box, found)
        if share >= best[0]:
            best = share, track
    return best[1]


def people_on(keyframe: Keyframe) -> list[tuple[Track, Box]]:
    """People who are in a frame, with their boxes there (interpolated between detections)."""
    tracks = Track.objects.filter(
        shot=keyframe.shot_id,
        label="person",
        start_pts__lte=keyframe.pts,
        end_pts__gt=keyframe.pts,
    )
    found: list[tuple[Track, Box]] = []
    for track in tracks.order_by("pk"):
        pts, boxes, _ = boxes_of(track)
        edges = [float(np.interp(keyframe.pts, pts, boxes[:, side])) for side in range(4)]
        left, top, right, bottom = (min(1.0, max(0.0, edge)) for edge in edges)
        if right - left >= LEAST_SIDE and bottom - top >= LEAST_SIDE:
            found.append((track, Box(left, top, right, bottom)))
    return found


def _share(one: Box, other: Box) -> float:
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    inside = max(0.0, width) * max(0.0, height)
    return inside / (_area(one) + _area(other) - inside)


def _area(box: Box) -> float:
    return (box.right - box.left) * (box.bottom - box.top)


def _keep(
    user: AbstractBaseUser, picture: Image, *, is_person: bool, keyframe: Keyframe | None
) -> Example:
    encoder = current_encoder(Encoder.Space.PERSON if is_person else Encoder.Space.JOINT)
    if encoder is None:
        raise BadPicture(
            "No footage was looked at by the networks at work yet: nothing is like it."
        )
    if is_person:
        vector = person_encoder().encode_people([picture])[0]
    else:
        images = image_encoder()
        encode = (
            images.encode_images if keyframe else in_views(images.info.name, images.encode_images)
        )
        vector = encode([picture])[0]
    with transaction.atomic():
        made = Example.objects.create(
            user_id=user.pk,
            encoder=encoder,
            vector=HalfVector(vector),
            thumbnail=_thumbnail(picture),
            keyframe=keyframe,
            expires_at=timezone.now() + KEPT_FOR,
        )
        kept = Example.objects.filter(user=user.pk).order_by("-pk").values("pk")[:MOST_KEPT]
        Example.objects.filter(user=user.pk).exclude(
            pk__in=list(kept.values_list(flat=True))
        ).delete()
    return made


def _thumbnail(picture: Image) -> bytes:
    small = Pictures.fromarray(picture)
    small.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX))
    written = io.BytesIO()
    small.save(written, "WEBP", quality=80)
    return written.getvalue()


def forget_expired() -> int:
    """Delete examples whose hour is over; how many."""
    return Example.objects.filter(expires_at__lte=timezone.now()).delete()[0]
