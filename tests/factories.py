"""Rows for tests: small, valid, and told apart by a counter.

An asset of ``make_asset`` is ready: two shots of two seconds each at 25 frames per second, with
one keyframe each. ``files=True`` also writes its proxy, poster, sprite and keyframe pictures
under MEDIA_ROOT.
"""

from __future__ import annotations

import hashlib
from itertools import count
from pathlib import Path
from typing import Any

import av
import numpy as np
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.text import slugify
from PIL import Image

from ingest import storage
from ingest.models import Asset, Camera, Keyframe, Library, Line, Membership, Role, Shot, StageRun
from ingest.stages.lines import search_vector
from recognition.models import Crop, Identity, Track
from search.models import Bin, BinItem

PASSWORD = "correct horse battery"
RATE_FPS = 25
SHOT_FRAMES = 50
_number = count(1)


def make_user(username: str | None = None, **fields: Any) -> User:
    """A user who signs in with ``PASSWORD``; ``is_staff=True`` for the admin site."""
    name = username or f"user{next(_number)}"
    user: User = get_user_model().objects.create_user(username=name, password=PASSWORD, **fields)
    return user


def make_library(*, owner: User | None = None, name: str | None = None, **fields: Any) -> Library:
    """A library that recognises people; with its owner where one is given."""
    title = name or f"Library {next(_number)}"
    fields.setdefault("recognises_people", True)
    library = Library.objects.create(name=title, slug=fields.pop("slug", slugify(title)), **fields)
    if owner is not None:
        add_member(library, owner, Role.OWNER)
    return library


def add_member(library: Library, user: User, role: Role | str = Role.VIEWER) -> Membership:
    """Make ``user`` a member."""
    return Membership.objects.create(library=library, user=user, role=role)


def make_camera(library: Library, name: str | None = None, **fields: Any) -> Camera:
    """A camera of the library."""
    return Camera.objects.create(library=library, name=name or f"Camera {next(_number)}", **fields)


def make_asset(library: Library, *, shots: int = 2, files: bool = False, **fields: Any) -> Asset:
    """An asset row, ready unless ``status`` says otherwise, with ``shots`` shots."""
    number = next(_number)
    frames = max(shots, 1) * SHOT_FRAMES
    values: dict[str, Any] = {
        "name": f"clip-{number}.mp4",
        "content_sha256": hashlib.sha256(str(number).encode()).hexdigest(),
        "size_bytes": 1_000_000,
        "original_key": f"{number:08x}/original.mp4",
        "status": Asset.Status.READY,
        "ready_at": timezone.now(),
        "container": "mov,mp4",
        "video_codec": "h264",
        "width_px": 320,
        "height_px": 180,
        "time_base_num": 1,
        "time_base_den": RATE_FPS,
        "frame_rate_num": RATE_FPS,
        "frame_rate_den": 1,
        "first_pts": 0,
        "end_pts": frames,
        "frame_count": frames,
    }
    if fields.get("external_path"):
        values["original_key"] = ""
    asset = Asset.objects.create(library=library, **(values | fields))
    for ordinal in range(shots):
        make_shot(asset, ordinal=ordinal)
    if files:
        write_files(asset)
    return asset


def make_shot(
    asset: Asset, *, ordinal: int | None = None, keyframes: int = 1, **fields: Any
) -> Shot:
    """A shot of ``SHOT_FRAMES`` frames after the ones before it, with keyframes."""
    number = asset.shots.count() if ordinal is None else ordinal
    start = number * SHOT_FRAMES
    values = {"ordinal": number, "start_pts": start, "end_pts": start + SHOT_FRAMES} | fields
    shot = Shot.objects.create(asset=asset, **values)
    for index in range(keyframes):
        make_keyframe(shot, pts=shot.start_pts + (index + 1) * SHOT_FRAMES // (keyframes + 1))
    return shot


def make_keyframe(shot: Shot, *, pts: int | None = None, **fields: Any) -> Keyframe:
    """A keyframe, by default in the middle of the shot."""
    at = (shot.start_pts + shot.end_pts) // 2 if pts is None else pts
    values = {"image_key": f"{shot.asset_id}/keyframe-{at}.webp"} | fields
    return Keyframe.objects.create(shot=shot, asset_id=shot.asset_id, pts=at, **values)


def make_stage_run(asset: Asset, stage: str = "ingest.stages.probe", **fields: Any) -> StageRun:
    """A run of a stage, done unless ``state`` says otherwise."""
    values = {"fingerprint": f"{next(_number):064x}", "state": StageRun.State.DONE} | fields
    return StageRun.objects.create(asset=asset, stage=stage, **values)


def make_line(asset: Asset, text: str, start_pts: int, end_pts: int, **fields: Any) -> Line:
    """A line that is said, as its stage writes it; the library knows that it has some."""
    values = {"source": "subtitles 1", "next_words": ""} | fields
    Library.objects.filter(pk=asset.library_id).update(has_lines=True)
    search = search_vector(text, values["next_words"])
    return Line.objects.create(
        asset=asset, text=text, start_pts=start_pts, end_pts=end_pts, search=search, **values
    )


def make_identity(library: Library, *, name: str = "", **fields: Any) -> Identity:
    """A person of the library."""
    values = {"number": next(_number)} | fields
    return Identity.objects.create(library=library, name=name, **values)


def make_track(
    shot: Shot, *, label: str = "person", identity: Identity | None = None, **fields: Any
) -> Track:
    """A track through the whole shot, its box moving from left to right."""
    pts = np.arange(shot.start_pts, shot.end_pts, 5, dtype="<i8")
    left = np.linspace(0.1, 0.5, len(pts), dtype="<f4")
    boxes = np.stack([left, np.full_like(left, 0.2), left + 0.2, np.full_like(left, 0.9)], axis=1)
    values = {
        "ordinal": shot.asset.tracks.count(),
        "label": label,
        "start_pts": shot.start_pts,
        "end_pts": shot.end_pts,
        "pts_packed": pts.tobytes(),
        "boxes_packed": boxes.astype("<f4").tobytes(),
        "confidence_packed": np.full(len(pts), 0.9, dtype="<f4").tobytes(),
        "confidence": 0.9,
        "identity": identity,
    } | fields
    return Track.objects.create(asset_id=shot.asset_id, shot=shot, **values)


def make_crop(track: Track, *, pts: int | None = None, files: bool = False, **fields: Any) -> Crop:
    """A crop of the track's first box."""
    at = track.start_pts if pts is None else pts
    values = {
        "pts": at,
        "left": 0.1,
        "top": 0.2,
        "right": 0.3,
        "bottom": 0.9,
        "quality": 0.8,
        "image_key": f"{track.asset_id}/crop-{track.pk}-{at}.webp",
    } | fields
    crop = Crop.objects.create(track=track, **values)
    if files:
        write_picture(storage.derived_path(crop.image_key), (64, 128))
    return crop


def make_bin(library: Library, name: str | None = None, *assets: Asset, **fields: Any) -> Bin:
    """A bin with the first two seconds of each asset, in order."""
    made = Bin.objects.create(library=library, name=name or f"Bin {next(_number)}", **fields)
    for position, asset in enumerate(assets):
        add_item(made, asset, position=position)
    return made


def add_item(bin: Bin, asset: Asset, **fields: Any) -> BinItem:
    """An item at the end of a bin: the asset's first shot."""
    values = {"start_pts": 0, "end_pts": SHOT_FRAMES, "position": bin.items.count()} | fields
    return BinItem.objects.create(bin=bin, asset=asset, **values)


def write_files(asset: Asset) -> None:
    """Write the asset's proxy, poster, sprite and keyframes, and fill in their keys."""
    asset.proxy_key = f"{asset.pk}/proxy.mp4"
    asset.poster_key = f"{asset.pk}/poster.webp"
    asset.sprite_key = f"{asset.pk}/sprite.webp"
    asset.sprite_layout = {"columns": 2, "rows": 2, "width_px": 80, "height_px": 45}
    asset.save()
    write_film(storage.derived_path(asset.proxy_key), asset.frame_count or SHOT_FRAMES)
    write_picture(storage.derived_path(asset.poster_key), (320, 180))
    write_picture(storage.derived_path(asset.sprite_key), (160, 90))
    for keyframe in asset.keyframes.all():
        write_picture(storage.derived_path(keyframe.image_key), (320, 180))


def write_picture(path: Path, size_px: tuple[int, int]) -> None:
    """A small picture of one colour, told apart by its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    red, green, blue = hashlib.sha256(str(path.name).encode()).digest()[:3]
    Image.new("RGB", size_px, (red, green, blue)).save(path)


def write_film(path: Path, frames: int) -> None:
    """A playable film of 320 by 180 px in which a light bar moves to the right."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=RATE_FPS)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for index in range(frames):
            picture = np.full((180, 320, 3), 40, dtype=np.uint8)
            left = 280 * index // frames
            picture[60:160, left : left + 40] = (230, 180 - index % 100, 90)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
