"""Reads subtitle files that lie beside a media file: ``NAME.srt``, ``NAME.vtt``, ``NAME.en.srt``.

Only names that begin with the media file's own are looked at, only in its own folder, and only
regular files: links lead elsewhere. Whatever is in them, there are lines or a sentence.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from .lines import MOST_LINES, Clock, Cue, Line, lines_of
from .subtitles import Heard

LARGEST_BYTES = 10_000_000
"""By judgement: the subtitles of a whole day have some two megabytes."""
MOST_FILES = 20

_ENDING = re.compile(
    r"(?:\.(?P<language>[a-z]{2,3}(?:[-_][a-z0-9]{2,8})?))?(?:\.(?:forced|sdh|cc|default))?"
    r"\.(?:srt|vtt)",
    re.IGNORECASE | re.ASCII,
)
_TIME = r"(?:(\d{1,3}):)?([0-5]?\d):([0-5]?\d)[.,](\d{1,3})"
_TIMING = re.compile(rf"\s{{0,8}}{_TIME}\s{{0,8}}-->\s{{0,8}}{_TIME}(?:\s.*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A subtitle file; ``ending`` is what follows the media file's name, in small letters."""

    path: Path
    ending: str
    language: str


def ending_of(name: str, stem: str) -> str | None:
    """What makes a file's name that of a sidecar of ``stem``; None where it is none."""
    if not name.startswith(stem):
        return None
    found = _ENDING.fullmatch(name[len(stem) :])
    return found[0].lower() if found else None


def stem_of(name: str) -> str | None:
    """The media file's name without ending that a sidecar's name asks for; None: no sidecar."""
    start = re.search(rf"(?:{_ENDING.pattern})\Z", name, re.IGNORECASE | re.ASCII)
    return name[: start.start()] or None if start else None


def find_sidecars(path: Path) -> list[Sidecar]:
    """The sidecars of a media file, by name. Raises OSError where its folder cannot be read."""
    with os.scandir(path.parent) as entries:
        names = sorted(e.name for e in entries if e.is_file(follow_symlinks=False))
    found: list[Sidecar] = []
    for name in names:
        ending = ending_of(name, path.stem) or ending_of(name, path.name)
        if ending is not None:
            match = _ENDING.fullmatch(ending)
            language = (match["language"] if match else None) or ""
            found.append(Sidecar(path.parent / name, ending, language))
    return found[:MOST_FILES]


def marks_of(path: Path) -> dict[str, list[int]]:
    """What tells whether a media file's sidecars changed: size and time (ns) by ending.

    Empty where the folder cannot be read; a file that goes meanwhile is left out.
    """
    marks: dict[str, list[int]] = {}
    try:
        for sidecar in find_sidecars(path):
            found = sidecar.path.lstat()
            marks[sidecar.ending] = [found.st_size, found.st_mtime_ns]
    except OSError:
        pass  # whoever reads them says what is wrong
    return marks


def changed_since(path: Path, moment_s: float) -> bool:
    """Whether a sidecar was written, or came to its place, after a moment (seconds of the epoch).

    Raises OSError where the folder cannot be read.
    """
    found = (sidecar.path.lstat() for sidecar in find_sidecars(path))
    return any(max(at.st_mtime, at.st_ctime) > moment_s for at in found)


def read_sidecars(path: Path, clock: Clock) -> Heard:
    """The lines of all sidecars of a media file; their time 0 is its first frame.

    A file that cannot be read, or has no lines, ends in a note; nothing is raised for it.
    """
    try:
        sidecars = find_sidecars(path)
    except OSError:
        return Heard(notes=("The folder of this footage could not be looked through.",))
    lines: list[Line] = []
    notes: list[str] = []
    for sidecar in sidecars:
        found, note = _read(sidecar, clock)
        lines += found
        notes += [note] if note else []
    return Heard(tuple(lines), tuple(notes))


def _read(sidecar: Sidecar, clock: Clock) -> tuple[list[Line], str]:
    name = f"“…{sidecar.ending}”"
    try:
        content = content_of(sidecar.path)
    except OSError as error:
        reason = error.strerror or "unknown error"
        return [], f"The subtitles {name} beside this file could not be read ({reason})."
    if content is None:
        return [], (
            f"The subtitles {name} beside this file are larger than "
            f"{LARGEST_BYTES // 1_000_000} MB, so they were left out."
        )
    cues = cues_of(decoded(content))
    if not cues:
        return [], (
            f"The subtitles {name} beside this file hold no lines that can be read: they should "
            "be SubRip (.srt) or WebVTT (.vtt)."
        )
    return lines_of(
        cues,
        clock,
        shift_s=clock.first_pts * clock.time_base,
        language=sidecar.language,
        source=f"file {sidecar.ending}",
    ), ""


def content_of(path: Path) -> bytes | None:
    """A file's bytes; None where there are too many. Raises OSError; never follows a link."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(None, "not a file")
        content = file.read(LARGEST_BYTES + 1)
    return content if len(content) <= LARGEST_BYTES else None


def decoded(content: bytes) -> str:
    """Text of UTF-8, UTF-16 (with or without a mark of its order), else Western European."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    head = content[:1000]
    if head.count(0) > len(head) // 4:  # every other byte of Latin letters in UTF-16
        order = "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"
        return content.decode(order, "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def cues_of(text: str) -> list[Cue]:
    """The cues of SubRip or WebVTT; what is neither gives none."""
    rows = text.splitlines()
    is_vtt = text.lstrip("\ufeff").startswith("WEBVTT")
    found: list[Cue] = []
    for start_s, end_s, words in _blocks(rows, ends_at_blank=is_vtt):
        found.append(Cue(start_s, end_s, "\n".join(words)))
        if len(found) >= MOST_LINES:
            break
    return found


_Block = tuple[Fraction, Fraction, list[str]]


def _blocks(rows: list[str], *, ends_at_blank: bool) -> Iterator[_Block]:
    """Timings with the rows below them, down to the next; SubRip has blank rows in some."""
    block: _Block | None = None
    is_open = False
    for row in rows:
        timing = _TIMING.fullmatch(row) if "-->" in row else None
        if timing:
            if block:
                yield _without_number(block)
            block, is_open = (_seconds(timing, 1), _seconds(timing, 5), []), True
        elif block and is_open:
            is_open = bool(row.strip()) or not ends_at_blank
            block[2].append(row)
    if block:
        yield block


def _without_number(block: _Block) -> _Block:
    """A block without the number of the next one, which stands before its timing."""
    start_s, end_s, words = block
    while words and not words[-1].strip():
        words.pop()
    if len(words) > 1 and words[-1].strip().isdigit() and not words[-2].strip():
        words.pop()
    return start_s, end_s, words


def _seconds(timing: re.Match[str], first: int) -> Fraction:
    hours, minutes, seconds, part = (timing[first + i] for i in range(4))
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole + Fraction(int(part), 10 ** len(part))
