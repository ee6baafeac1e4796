"""Person crops and made-up identities to train the person network on.

Variety of crops limits what a student learns, so each crop becomes many: the
clothes' hue is turned, the upper body of one goes on the lower body of another, backgrounds change,
things stand in front, and the camera's light, blur and resolution differ. The teacher sees the very
pixels that the student sees.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from training.builtin import data
from training.builtin.data import F32, SIDE_PX, U8
from training.builtin.teachers import Boxes

HEIGHT_PX, WIDTH_PX = 128, 64
SCORE_FROM, HEIGHT_FROM_PX = 0.4, 50
"""A YOLOX-nano box is used from this score and this height in the 224 px picture."""


def _resize(picture: Image.Image, box: tuple[float, float, float, float]) -> U8:
    drawn = picture.resize((WIDTH_PX, HEIGHT_PX), Image.Resampling.BILINEAR, box=box)
    return np.asarray(drawn)


def cut_crops(pictures: data.Pictures, boxes: list[Boxes]) -> U8:
    """Crops of all people worth learning, outside the dev splits: uint8 [N, 128, 64, 3] RGB."""
    usable = data.training_mask(pictures.names)
    found = []
    for row, of_row in enumerate(boxes):
        if not usable[row]:
            continue
        tall = of_row.xyxy[:, 3] - of_row.xyxy[:, 1] >= HEIGHT_FROM_PX
        good = (of_row.classes == 0) & (of_row.scores > SCORE_FROM) & tall
        picture = Image.fromarray(pictures.pixels[row])
        for box in of_row.xyxy[good]:
            x0, y0, x1, y1 = (float(v) for v in box.clip(0, SIDE_PX))
            found.append(_resize(picture, (x0, y0, x1, y1)))
    return np.stack(found)


def _soft_mask(random: np.random.Generator) -> F32:
    """About where the person is in a crop: 1 in the middle, 0 at the sides; [128, 64, 1]."""
    ys, xs = np.mgrid[0:HEIGHT_PX, 0:WIDTH_PX].astype(np.float32)
    centre, reach = WIDTH_PX / 2 + random.uniform(-3, 3), random.uniform(17, 23)
    edge = np.abs(xs - centre) - reach * (0.75 + 0.25 * (ys / HEIGHT_PX > 0.15))
    mask: F32 = (1 / (1 + np.exp(edge / 2)))[..., None].astype(np.float32)
    return mask


def turn_hue(crop: U8, mask: F32, turn: int, saturation: float, value: float) -> U8:
    """Turn the hue (0–255 is the whole circle), saturation and value of what the mask covers."""
    hsv = np.asarray(Image.fromarray(crop).convert("HSV")).astype(np.int16)
    hsv[..., 0] = (hsv[..., 0] + turn) % 256
    hsv[..., 1] = np.clip(hsv[..., 1] * saturation, 0, 255)
    hsv[..., 2] = np.clip(hsv[..., 2] * value, 0, 255)
    turned = np.asarray(Image.fromarray(hsv.astype(np.uint8), "HSV").convert("RGB"))
    return np.rint(crop * (1 - mask) + turned * mask).astype(np.uint8)


def make_identity(crops: U8, random: np.random.Generator) -> U8:
    """A person nobody has seen: one crop, perhaps with another's lower body, perhaps in other
    colours.
    """
    crop: U8 = crops[int(random.integers(len(crops)))]
    if random.random() < 0.35:
        other = crops[int(random.integers(len(crops)))]
        seam = random.uniform(0.42, 0.58) * HEIGHT_PX
        blend = 1 / (1 + np.exp((np.arange(HEIGHT_PX) - seam) / 2))[:, None, None]
        crop = np.rint(crop * blend + other * (1 - blend)).astype(np.uint8)
    if random.random() < 0.6:
        body = _soft_mask(random)
        ys = np.arange(HEIGHT_PX)[:, None, None] / HEIGHT_PX
        for low, high in ((0.17, 0.52), (0.5, 0.95)):
            if random.random() < 0.7:
                part = (body * ((ys > low) & (ys < high))).astype(np.float32)
                crop = turn_hue(
                    crop,
                    part,
                    int(random.integers(256)),
                    random.uniform(0.4, 1.8),
                    random.uniform(0.5, 1.4),
                )
    return crop


def see_again(crop: U8, backgrounds: U8, random: np.random.Generator) -> U8:
    """The same person seen by some camera: background, framing, light, things in front, resolution,
    mirror.
    """
    seen = crop.astype(np.float32)
    if random.random() < 0.35:
        mask = _soft_mask(random)
        behind = backgrounds[int(random.integers(len(backgrounds)))]
        seen = seen * mask + behind * (1 - mask)
    gain = random.uniform(0.6, 1.35) * random.uniform(0.88, 1.12, 3)
    seen = (seen - 128) * random.uniform(0.7, 1.25) + 128
    seen = np.clip(seen * gain + random.uniform(-20, 20), 0, 255)
    if random.random() < 0.2:
        grey = seen.mean(axis=2, keepdims=True)
        seen = grey + (seen - grey) * random.uniform(0.2, 0.8)
    picture = Image.fromarray(seen.astype(np.uint8))
    x, y = random.uniform(-0.08, 0.1, 2) * WIDTH_PX, random.uniform(-0.05, 0.1, 2) * HEIGHT_PX
    box = (max(x[0], 0), max(y[0], 0), WIDTH_PX - max(x[1], 0), HEIGHT_PX - max(y[1], 0))
    picture = picture.resize((WIDTH_PX, HEIGHT_PX), Image.Resampling.BILINEAR, box=box)
    if random.random() < 0.3:
        small = random.uniform(0.35, 0.8)
        size = (int(WIDTH_PX * small), int(HEIGHT_PX * small))
        picture = picture.resize(size, Image.Resampling.BILINEAR).resize(
            (WIDTH_PX, HEIGHT_PX), Image.Resampling.BILINEAR
        )
    elif random.random() < 0.15:
        picture = picture.filter(ImageFilter.GaussianBlur(random.uniform(0.4, 1.2)))
    out = np.array(picture)
    if random.random() < 0.2:
        _stand_in_front(out, backgrounds, random)
    mirrored: U8 = out[:, ::-1] if random.random() < 0.5 else out
    return mirrored


def _stand_in_front(out: U8, things: U8, random: np.random.Generator) -> None:
    height, width = (
        int(random.uniform(0.1, 0.4) * HEIGHT_PX),
        int(random.uniform(0.2, 0.7) * WIDTH_PX),
    )
    y = int(random.integers(HEIGHT_PX - height)) if random.random() < 0.5 else HEIGHT_PX - height
    x = int(random.integers(WIDTH_PX - width))
    thing = things[int(random.integers(len(things)))]
    out[y : y + height, x : x + width] = thing[y : y + height, x : x + width]


def cut_backgrounds(pictures: data.Pictures, boxes: list[Boxes], count: int, seed: int) -> U8:
    """Random patches of pictures without people, as backgrounds: uint8 [count, 128, 64, 3]."""
    random = np.random.default_rng(seed)
    usable = data.training_mask(pictures.names)
    empty = [
        i
        for i, b in enumerate(boxes)
        if usable[i] and not ((b.classes == 0) & (b.scores > 0.2)).any()
    ]
    found = np.empty((count, HEIGHT_PX, WIDTH_PX, 3), np.uint8)
    for number in range(count):
        picture = Image.fromarray(pictures.pixels[int(random.choice(empty))])
        width = random.uniform(40, 110)
        height = min(2 * width, SIDE_PX)
        x, y = random.uniform(0, SIDE_PX - width), random.uniform(0, SIDE_PX - height)
        found[number] = _resize(picture, (x, y, x + width, y + height))
    return found


def open_crops(pictures: data.Pictures, boxes: list[Boxes], work: Path) -> tuple[U8, U8]:
    """Crops and backgrounds from the work folder, cut the first time."""
    file = work / "crops.npz"
    if not file.exists():
        np.savez(
            file,
            crops=cut_crops(pictures, boxes),
            backgrounds=cut_backgrounds(pictures, boxes, 3000, 0),
        )
    found = np.load(file)
    return found["crops"], found["backgrounds"]
