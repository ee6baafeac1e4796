"""Names of colours as people use them, read off pixels in CIELAB.

The names are Berlin and Kay's eleven basic colour terms (1969) with navy and beige, which
people use for clothes. A pixel's name is a vote of prototypes near it: sRGB values from
the xkcd colour survey (Munroe 2010, CC0) with duller ones added as cloth in daylight and
shade shows them. Distances are CIE94's, where lightness and chroma count less than hue.
The vote over all colours is tabulated once, so that naming a picture is one look-up.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from recognition.engine.types import Floats, Image

F64 = npt.NDArray[np.float64]

PROTOTYPES: dict[str, str] = {
    "black": "000000 070d0d 16161a 1d1d1d 26262a 2b2b30 302c2c 343837 2a2622 1b2027 20242b",
    "white": "ffffff f7f7f7 ececec e2e4e8 dddde2 f5f1ea d6dae0 e8e2dc",
    "grey": "929591 7d7f7c 5a5a5e 6b6e72 4c4e52 a8a8a8 bdbec0 b0aea8 89878c 59656d 484848",
    "red": "e50000 fe0002 a90308 c0022f db5856 be013c b9484e 8b1a1a 701c20 ec2d01 9d2933 c23b3b",
    "orange": "f97306 fe420f dc4d01 ff964f c87606 fb7d07 f0833a e0652a cb6020 f5a04a d9743a",
    "yellow": "ffff14 fdfe02 ffda03 fdff63 f5bf03 d0c101 ffff81 e3c93a d9b92c c7b23c fac205 efe68a",
    "green": "15b01a 029386 054907 419c03 76ff7b 5fa052 4b6113 698339 3f7d4a 1f4d30 8fb67b 2c6b5a"
    " 677a04 01c08d 9be5aa 394a2e 6ecb3c bccb7a",
    "blue": "0343df 95d0fc 3b719f 75bbfd 247afd 436bad 2a5a9a 5684ae 82a6cc 04d8b2 7bc8f6 1d5dec"
    " 06c2ac 0485d1 34557f 4a6c94 a2bffe 41618a 13a0b5 6e8fb4",
    "navy": "01153e 000435 1b2440 202a48 13233f 2a3350 26304a",
    "purple": "7e1e9c 9a0eea 8756e4 bf77f6 5d1451 805b87 4b2d66 6a4a8c a87dc2 896aa0 3c2250",
    "pink": "ff81c0 ffb7ce ff028d ff6cb5 d1768f f4a6b8 e78ea5 cb416b e0a0b0 f7c8d0 d94f8a c2185b"
    " d46a94",
    "brown": "653700 7f5112 5a3a22 6e4a33 836539 4a3020 876e4b 964e02 3a2a1e 704030 5c4a3c 8a5a3a",
    "beige": "e6daa6 d1b26f c8b491 d9c8a6 b5a083 cdb79a e3d5b8 bea98c d8c0a0",
}
NAMES = tuple(PROTOTYPES)
FAMILY = {"navy": "blue"}
"""Shades that count for a broader name too when names are put to the vote."""

_BINS = 32
_NEIGHBOURS = 3
_SPREAD = 6.0
"""CIE94 units over which a prototype's vote fades; neighbouring prototypes of a name lie
about this far apart."""

_WHITE_D65 = np.array([0.95047, 1.0, 1.08883])
_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def to_lab(pixels: Image) -> Floats:
    """CIELAB (D65) of sRGB uint8 pixels (…, 3): L 0–100, a and b about ±128."""
    linear = _linear_table()[pixels]
    ratio = (linear @ _TO_XYZ.T.astype(np.float32)) / _WHITE_D65.astype(np.float32)
    curve = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    x, y, z = curve[..., 0], curve[..., 1], curve[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1).astype(np.float32)


@lru_cache(maxsize=1)
def _linear_table() -> Floats:
    value = np.arange(256) / 255.0
    curve = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return np.asarray(curve, dtype=np.float32)


def name_shares(pixels: Image) -> Floats:
    """Probability of each of ``NAMES`` for each sRGB uint8 pixel (…, 3): (…, 13)."""
    step = 256 // _BINS
    index = np.asarray(pixels // step, dtype=np.intp)
    return np.asarray(_table()[index[..., 0], index[..., 1], index[..., 2]])


def name_color(rgb: tuple[int, int, int]) -> str:
    """The name of one sRGB colour."""
    return NAMES[int(name_shares(np.array(rgb, dtype=np.uint8)).argmax())]


@lru_cache(maxsize=1)
def _table() -> Floats:
    """Probabilities for the middle of each of 32³ cells of sRGB."""
    step = 256 // _BINS
    middle = (np.arange(_BINS) * step + step // 2).astype(np.uint8)
    cells = np.stack(np.meshgrid(middle, middle, middle, indexing="ij"), axis=-1).reshape(-1, 3)
    lab = to_lab(cells)
    votes = np.zeros((len(cells), len(NAMES)), dtype=np.float32)
    for column, name in enumerate(NAMES):
        prototypes = to_lab(_parse(PROTOTYPES[name]))
        distance = np.sort(_cie94(lab, prototypes), axis=1)[:, :_NEIGHBOURS]
        # The nearest prototype decides, the next two soften it.
        weight = np.array([0.7, 0.2, 0.1])[: distance.shape[1]]
        votes[:, column] = (np.exp(-((distance / _SPREAD) ** 2) / 2) @ weight) + 1e-12
        votes[:, column] += 1e-6 * np.exp(-distance[:, 0] / _SPREAD)
    shares = votes / votes.sum(axis=1, keepdims=True)
    cube = shares.reshape(_BINS, _BINS, _BINS, len(NAMES))
    return np.asarray(cube, dtype=np.float32)


def _parse(values: str) -> Image:
    return np.array(
        [[int(v[i : i + 2], 16) for i in (0, 2, 4)] for v in values.split()], dtype=np.uint8
    )


def _cie94(lab: Floats, prototypes: Floats) -> F64:
    """CIE94 distances (n, m), lightness halved: shade does not change a cloth's name."""
    chroma = np.hypot(prototypes[:, 1], prototypes[:, 2])[None].astype(np.float64)
    own = np.hypot(lab[:, 1], lab[:, 2])[:, None].astype(np.float64)
    light = (lab[:, None, 0] - prototypes[None, :, 0]).astype(np.float64)
    da = (lab[:, None, 1] - prototypes[None, :, 1]).astype(np.float64)
    db = (lab[:, None, 2] - prototypes[None, :, 2]).astype(np.float64)
    dc = own - chroma
    hue = np.maximum(da**2 + db**2 - dc**2, 0.0)
    mean = np.sqrt(own * chroma)
    return np.asarray(
        np.sqrt((light / 2) ** 2 + (dc / (1 + 0.045 * mean)) ** 2 + hue / (1 + 0.015 * mean) ** 2)
    )


def estimate_light(frame: Image) -> Floats:
    """Gains (3,) that make a picture's light neutral: shades of grey with p = 6
    (Finlayson & Trezzi 2004), on a thinned-out frame.

    Pixels that are blown out or black say nothing. Gains are held to 1/1.35–1.35, and only
    half of the correction (in logarithm) is applied: a red room is not grey.
    """
    step = max(1, min(frame.shape[:2]) // 96)
    pixels = frame[::step, ::step].reshape(-1, 3)
    linear = _linear_table()[pixels]
    useful = (pixels.max(axis=1) < 250) & (pixels.max(axis=1) > 16)
    if int(useful.sum()) < 64:
        return np.ones(3, dtype=np.float32)
    level = (linear[useful].astype(np.float64) ** 6).mean(axis=0) ** (1 / 6)
    gains = np.sqrt(level.mean() / np.maximum(level, 1e-6))
    return np.asarray(np.clip(gains, 1 / 1.35, 1.35), dtype=np.float32)


def relight(image: Image, gains: Floats) -> Image:
    """The picture with linear gains (3,) applied to its channels."""
    if np.allclose(gains, 1.0, atol=0.02):
        return image
    out = np.empty_like(image)
    linear = _linear_table()
    for channel in range(3):
        lit = np.clip(linear * float(gains[channel]), 0.0, 1.0)
        srgb = np.where(lit <= 0.0031308, lit * 12.92, 1.055 * lit ** (1 / 2.4) - 0.055)
        out[..., channel] = np.round(srgb * 255).astype(np.uint8)[image[..., channel]]
    return out
