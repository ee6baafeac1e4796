"""Who plays in the sample footage."""

from __future__ import annotations

from everyid_site.demo.figures import Look

PALE, TAN, BROWN, DARK = (236, 196, 172), (214, 164, 130), (150, 102, 74), (104, 70, 52)

CAST: dict[str, Look] = {
    # A woman in a red coat, seen by three cameras and in the edited film.
    "ada": Look(PALE, (74, 44, 28), (196, 28, 36), (40, 44, 58), coat=True, long_hair=True),
    # A man in a blue jacket and beige trousers.
    "ben": Look(TAN, (36, 30, 28), (38, 82, 176), (190, 168, 128), girth=1.12),
    # A man in a yellow jacket and black trousers, with a rucksack.
    "cem": Look(BROWN, (24, 22, 22), (236, 190, 36), (34, 34, 38), girth=1.08, bag=(64, 74, 60)),
    # A woman in a white shirt and a green skirt.
    "dora": Look(
        DARK, (26, 22, 22), (238, 238, 234), (34, 128, 70), skirt=True, long_hair=True, girth=0.95
    ),
    # A man in a black suit and a hat.
    "emil": Look(PALE, (150, 120, 80), (38, 38, 42), (42, 42, 46), hat=(72, 56, 44), girth=1.05),
}
