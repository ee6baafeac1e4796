"""Made films with known truth: people who walk through drawn places, cuts, dissolves, flashes.

A film is a list of scenes; a scene is a place and people on their ways through it.
``make_film`` draws it, encodes it and returns the truth: where the cuts are, and in which box
each person stands in every frame. ``draw_background`` and ``draw_person`` draw single pictures,
uint8 RGB (height, width, 3). The same seed draws the same picture.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image as Pictures
from PIL import ImageDraw

from .ingest.media.places import PLACES, SUPERSAMPLING, Colour, draw_background, shade

__all__ = [
    "COLOURS", "PLACES", "SKINS", "Film", "Person", "Scene", "SeenPerson", "Way",
    "draw_background", "draw_person", "draw_scene", "make_film", "scene_background",
]  # fmt: skip

Image = NDArray[np.uint8]
Box = tuple[float, float, float, float]

COLOURS: dict[str, Colour] = {
    "red": (196, 38, 42), "orange": (226, 122, 34), "yellow": (234, 200, 52),
    "green": (48, 132, 66), "blue": (42, 80, 172), "purple": (112, 58, 146),
    "pink": (232, 132, 168), "brown": (112, 74, 46), "black": (28, 28, 32),
    "white": (238, 238, 234), "grey": (128, 130, 134), "beige": (206, 184, 148),
}  # fmt: skip
SKINS: tuple[Colour, ...] = ((246, 212, 184), (222, 172, 132), (164, 112, 76), (96, 62, 44))


@dataclass(frozen=True)
class Person:
    """Who walks: an identity and what they wear; colours are names of ``COLOURS``."""

    name: str
    coat: str = "red"
    trousers: str = "blue"
    hair: str = "brown"
    skin: int = 0
    has_long_coat: bool = False
    has_long_hair: bool = False


@dataclass(frozen=True)
class Way:
    """A person's way through a scene: feet from ``start`` to ``end`` (x, y as parts of the
    picture), standing ``height`` (a part of the picture's height) tall."""

    person: Person
    start: tuple[float, float] = (0.1, 0.95)
    end: tuple[float, float] = (0.9, 0.95)
    height: float = 0.6


@dataclass(frozen=True)
class Scene:
    """A place with people for some seconds. ``dissolve_s`` mixes it with the scene before;
    ``flash_at_s`` whitens two frames; ``pan`` moves the camera by this part of the width."""

    place: str
    duration_s: Fraction = Fraction(2)
    ways: tuple[Way, ...] = ()
    seed: int = 0
    dissolve_s: Fraction = Fraction(0)
    flash_at_s: Fraction | None = None
    pan: float = 0.0


@dataclass(frozen=True)
class SeenPerson:
    """Where a person is in a frame: ``xyxy_px`` of the whole figure."""

    person: Person
    xyxy_px: Box


@dataclass(frozen=True)
class Film:
    """A made film and its truth. Times are in units of ``time_base``.

    ``cuts``: pts of the first frame of each later shot (the middle of a dissolve);
    ``dissolves``: (start, end) of those that are gradual; ``people[i]`` are those of frame
    ``i``, whose time is ``pts[i]``.
    """

    path: Path
    time_base: Fraction
    size: tuple[int, int]
    pts: tuple[int, ...]
    cuts: tuple[int, ...]
    dissolves: tuple[tuple[int, int], ...]
    people: tuple[tuple[SeenPerson, ...], ...] = field(repr=False)


def make_film(
    path: Path,
    scenes: Sequence[Scene],
    *,
    rate: Fraction = Fraction(25),
    size: tuple[int, int] = (320, 180),
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    b_frames: int = 0,
    variable_rate: bool = False,
    audio: str | None = None,
    timecode: str | None = None,
    rotation_deg: int = 0,
    tags: dict[str, str] | None = None,
    options: dict[str, str] | None = None,
    noise: float = 1.5,
) -> Film:
    """Draw and encode a film; the container follows from the path's suffix.

    ``variable_rate`` leaves out frames in an irregular pattern, ``audio`` is a codec for a tone,
    ``rotation_deg`` is the turn that players are told to make (clockwise), ``noise`` the
    deviation of sensor noise. Sizes are even, width and height of the coded picture.
    """
    frames = _draw_film(scenes, rate, size, variable_rate=variable_rate, noise=noise)
    pts: list[int] = []
    people: list[tuple[SeenPerson, ...]] = []
    with av.open(str(path), "w", format=_FORMATS.get(path.suffix)) as output:
        output.metadata.update(tags or {})
        stream = output.add_stream(codec, rate=rate, options=dict(options or {}))
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = size
        stream.pix_fmt = pixel_format
        stream.codec_context.time_base = 1 / rate
        stream.codec_context.max_b_frames = b_frames
        if timecode:
            stream.metadata["timecode"] = timecode
        if rotation_deg:
            stream.set_display_rotation(-rotation_deg)
        sound = output.add_stream(audio, rate=48000, layout="mono") if audio else None
        for index, image, seen in frames:
            frame = VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = index, 1 / rate
            output.mux(stream.encode(frame))
            pts.append(index)
            people.append(seen)
        output.mux(stream.encode(None))
        if sound is not None:
            assert isinstance(sound, AudioStream)
            _write_tone(output, sound, float((pts[-1] + 1) / rate))
    cuts, dissolves = _truth(scenes, rate, pts)
    return Film(path, 1 / rate, size, tuple(pts), cuts, dissolves, tuple(people))


_FORMATS = {".264": "h264", ".h264": "h264", ".265": "hevc"}


def draw_person(
    image: Image, person: Person, feet_px: tuple[float, float], height_px: float, phase: float
) -> tuple[Image, Box]:
    """The picture with a person on it, and their box (x1, y1, x2, y2 in pixels, clipped).

    ``feet_px`` is where they stand, ``height_px`` how tall they are, ``phase`` (0 to 1) the
    moment within a double step; a negative ``phase`` walks to the left.
    """
    scale = SUPERSAMPLING
    side = math.ceil(height_px * 1.1 * scale)
    layer = Pictures.new("RGBA", (side, side))
    _draw_figure(ImageDraw.Draw(layer), person, side / 2, side * 0.98, height_px * scale, phase)
    layer = layer.resize((max(1, side // scale), max(1, side // scale)), Pictures.Resampling.BOX)
    left, top = round(feet_px[0] - layer.width / 2), round(feet_px[1] - layer.height * 0.98)
    picture = Pictures.fromarray(image)
    picture.paste(layer, (left, top), layer)
    x1, y1, x2, y2 = layer.getbbox() or (0, 0, 1, 1)
    height, width = image.shape[:2]
    box = (
        float(min(max(left + x1, 0), width)), float(min(max(top + y1, 0), height)),
        float(min(max(left + x2, 0), width)), float(min(max(top + y2, 0), height)),
    )  # fmt: skip
    return np.array(picture), box


def draw_scene(
    scene: Scene, size: tuple[int, int], time_s: float, background: Image | None = None
) -> tuple[Image, tuple[SeenPerson, ...]]:
    """The picture of a scene ``time_s`` seconds after its start, and who is seen where.

    ``background`` is that of ``scene_background``, to draw it once only.
    """
    width, height = size
    wide = scene_background(scene, size) if background is None else background
    done = min(1.0, time_s / float(scene.duration_s))
    offset = round(abs(scene.pan) * width * (done if scene.pan >= 0 else 1 - done))
    image = wide[:, offset : offset + width].copy()
    seen = []
    for way in sorted(scene.ways, key=lambda way: way.end[1]):
        x = (way.start[0] + (way.end[0] - way.start[0]) * done) * width
        y = (way.start[1] + (way.end[1] - way.start[1]) * done) * height
        is_still = abs(way.end[0] - way.start[0]) < 0.02
        phase = 0.25 if is_still else (time_s * 0.9) % 1.0
        if way.end[0] < way.start[0]:
            phase = -phase - 1e-6
        image, box = draw_person(image, way.person, (x, y), way.height * height, phase)
        if box[2] - box[0] > 2 and box[3] - box[1] > 2:
            seen.append(SeenPerson(way.person, box))
    return image, tuple(seen)


def scene_background(scene: Scene, size: tuple[int, int]) -> Image:
    """The place of a scene, wider than ``size`` by what the camera pans over."""
    wide = size[0] + math.ceil(abs(scene.pan) * size[0])
    return draw_background(scene.place, (wide, size[1]), scene.seed)


def _draw_film(
    scenes: Sequence[Scene],
    rate: Fraction,
    size: tuple[int, int],
    *,
    variable_rate: bool,
    noise: float,
) -> Iterator[tuple[int, Image, tuple[SeenPerson, ...]]]:
    """Frame index, picture and people of every frame that is kept."""
    randoms = np.random.default_rng(7)
    starts = _starts(scenes, rate)
    backgrounds = [scene_background(scene, size) for scene in scenes]
    for number, scene in enumerate(scenes):
        mixed = round(scene.dissolve_s * rate) if number else 0
        for index in range(starts[number], starts[number + 1]):
            since = index - starts[number]
            image, seen = draw_scene(scene, size, float(since / rate), backgrounds[number])
            if since < mixed:  # the scene before goes on beneath
                before = scenes[number - 1]
                later_s = float(before.duration_s + since / rate)
                under, _ = draw_scene(before, size, later_s, backgrounds[number - 1])
                share = (since + 1) / (mixed + 1)
                image = (under * (1 - share) + image * share).astype(np.uint8)
            flash = scene.flash_at_s
            if flash is not None and 0 <= since / rate - flash < Fraction(2) / rate:
                image = (image * 0.15 + 255 * 0.85).astype(np.uint8)
            if variable_rate and index and randoms.random() < 0.3 and since:
                continue
            grain = randoms.normal(0, noise, image.shape[:2]).astype(np.int16)[..., None]
            yield index, np.clip(image + grain, 0, 255).astype(np.uint8), seen


def _starts(scenes: Sequence[Scene], rate: Fraction) -> list[int]:
    starts = [0]
    for scene in scenes:
        starts.append(starts[-1] + max(1, round(scene.duration_s * rate)))
    return starts


def _truth(
    scenes: Sequence[Scene], rate: Fraction, pts: Sequence[int]
) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
    cuts, dissolves = [], []
    for start, scene in zip(_starts(scenes, rate)[1:-1], scenes[1:], strict=True):
        mixed = round(scene.dissolve_s * rate)
        cuts.append(next(time for time in pts if time >= start + mixed // 2))
        if mixed:
            dissolves.append((start, start + mixed))
    return tuple(cuts), tuple(dissolves)


def _write_tone(output: OutputContainer, stream: AudioStream, seconds: float) -> None:
    samples = np.arange(int(seconds * 48000))
    tone = (np.sin(samples * 2 * np.pi * 440 / 48000) * 8000).astype(np.int16)
    for start in range(0, len(tone), 1024):
        frame = AudioFrame.from_ndarray(tone[None, start : start + 1024], "s16", "mono")
        frame.sample_rate, frame.pts, frame.time_base = 48000, start, Fraction(1, 48000)
        output.mux(stream.encode(frame))
    output.mux(stream.encode(None))


def _draw_figure(
    pen: ImageDraw.ImageDraw, person: Person, x: float, ground: float, tall: float, phase: float
) -> None:
    """A figure of seven and a half heads, walking; the light comes from the left."""
    facing, swing = (-1 if phase < 0 else 1), math.sin(phase * 2 * math.pi)
    coat, trousers = COLOURS[person.coat], COLOURS[person.trousers]
    skin, hair = SKINS[person.skin], COLOURS[person.hair]
    head, hip, shoulder = tall / 7.5, ground - tall * 0.48, ground - tall * 0.82
    hem = ground - tall * (0.28 if person.has_long_coat else 0.44)
    limb = max(2, round(tall * 0.062))
    for side, light in ((-1, 0.7), (1, 1.0)):  # the far leg and arm first, darker
        angle = side * swing * facing
        foot, lift = x + angle * tall * 0.13, max(0.0, -angle) * tall * 0.03
        knee = ((x + foot) / 2 + facing * tall * 0.02, (hip + ground) / 2)
        leg = [(x, hip), knee, (foot, ground - lift - limb / 2)]
        pen.line(leg, shade(trousers, light), round(limb * 1.4), "curve")
        shoe = [foot - limb * 0.7, ground - lift - limb, foot + limb * 1.2, ground - lift]
        pen.ellipse(shoe, shade((52, 42, 40), light))
        if side < 0:
            _draw_arm(pen, person, (x, shoulder, hip), tall, angle, light, side)
    flare = 0.115 if person.has_long_coat else 0.085
    for strip in range(6):  # the torso in strips from light to dark
        left, right = strip / 6 * 2 - 1, (strip + 1) / 6 * 2 - 1
        edge = [(x + left * tall * 0.095, shoulder), (x + right * tall * 0.095, shoulder),
                (x + right * tall * flare, hem), (x + left * tall * flare, hem)]  # fmt: skip
        pen.polygon(edge, shade(coat, 1.12 - strip * 0.08))
    _draw_arm(pen, person, (x, shoulder, hip), tall, swing * facing, 1.0, 1)
    centre = shoulder - head * 0.62
    pen.rectangle([x - head * 0.16, centre, x + head * 0.16, shoulder + 1], shade(skin, 0.85))
    fall = head * (0.95 if person.has_long_hair else 0.25)
    pen.rounded_rectangle([x - head * 0.46, centre - head * 0.56, x + head * 0.46, centre + fall],
                          head * 0.4, shade(hair, 0.9))  # fmt: skip
    face = x + facing * head * 0.1
    pen.ellipse([face - head * 0.35, centre - head * 0.36, face + head * 0.35,
                 centre + head * 0.5], skin)  # fmt: skip
    pen.ellipse([face + facing * head * 0.12 - 1, centre - 1, face + facing * head * 0.12 + 1,
                 centre + 2], (30, 26, 26))  # fmt: skip


def _draw_arm(
    pen: ImageDraw.ImageDraw,
    person: Person,
    body: tuple[float, float, float],
    tall: float,
    angle: float,
    light: float,
    side: int,
) -> None:
    """An arm that swings against its leg; ``body`` is (x, shoulder, hip)."""
    x, shoulder, hip = body
    half = max(2, round(tall * 0.062)) / 2
    hand = (x - angle * tall * 0.13 + side * tall * 0.02, hip + tall * 0.02)
    elbow = ((x + hand[0]) / 2 + side * tall * 0.03, (shoulder + hip) / 2)
    sleeve = shade(COLOURS[person.coat], light * 0.82)
    pen.line([(x + side * tall * 0.06, shoulder + half), elbow, hand], sleeve, round(2 * half))
    palm = [hand[0] - half, hand[1] - half, hand[0] + half, hand[1] + half]
    pen.ellipse(palm, shade(SKINS[person.skin], light))
