"""Writes down the English words that the search's spelling must leave alone.

    python -m evaluation.real_words WORDS... > search/query/real_words.py

``WORDS`` are lists of English words, one a line (Debian's ``wamerican`` and ``wbritish`` put them
at ``/usr/share/dict``). Kept are those that ``search.query.lexicon`` would otherwise take for a
typo of a word of its own: "beard" is no "bears", "winter" no "waiter".
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from search.query.lexicon import ENTRIES, nearest_word

WIDTH = 98
_HEAD = '''"""English words a slip away from a word of the vocabularies that mean something else.

Written by ``python -m evaluation.real_words`` out of SCOWL 2020.12.07 (the American and British
lists of Debian's ``wamerican`` and ``wbritish``). SCOWL is Copyright 2000-2011 by Kevin Atkinson:
"Permission to use, copy, modify, distribute and sell these word lists, the associated scripts, the
output created from the scripts, and its documentation for any purpose is hereby granted without
fee, provided that the above copyright notice appears in all copies and that both that copyright
notice and this permission notice appear in supporting documentation. Kevin Atkinson makes no
representations about the suitability of this array for any purpose. It is provided "as is" without
express or implied warranty."
"""

REAL_WORDS = """
'''


def real_words(lines: Iterable[str]) -> list[str]:
    """The words to leave alone, sorted; possessives stand for their noun."""
    words = {line.strip().casefold().removesuffix("'s") for line in lines}
    return sorted(w for w in words if w.isascii() and w not in ENTRIES and nearest_word(w))


def as_module(words: Sequence[str]) -> str:
    """The text of ``search/query/real_words.py``."""
    lines, line = [], ""
    for word in words:
        if len(line) + 1 + len(word) > WIDTH:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return _HEAD + "\n".join([*lines, line]) + '\n"""\n'


def main(argv: Sequence[str] | None = None) -> int:
    """The command line."""
    files = [Path(name) for name in (sys.argv[1:] if argv is None else argv)]
    lines = [line for file in files for line in file.read_text().splitlines()]
    sys.stdout.write(as_module(real_words(lines)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
