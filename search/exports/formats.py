"""Every export format: its name, what it writes, and how the file is called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from search.exports.ale import write_ale
from search.exports.edl import write_edl
from search.exports.fcpxml import write_fcpxml
from search.exports.otio import write_otio
from search.exports.shot_log import write_csv
from search.exports.timeline import Timeline
from search.exports.webvtt import write_said, write_webvtt


@dataclass(frozen=True, slots=True)
class Format:
    """A format; ``has_one_rate``: a list holds footage of one frame rate; ``needs_lines``: it is
    of what is said alone."""

    name: str
    label: str
    about: str
    content_type: str
    write: Callable[[Timeline], str]
    has_one_rate: bool = False
    file_ending: str = ""
    needs_lines: bool = False

    @property
    def ending(self) -> str:
        """What a file's name ends in."""
        return self.file_ending or self.name


FORMATS: Mapping[str, Format] = {
    found.name: found
    for found in (
        Format("edl", "EDL", "CMX 3600, for any editing program", "text/plain", write_edl, True),
        Format("ale", "ALE", "log for Avid Media Composer", "text/plain", write_ale, True),
        Format("fcpxml", "FCPXML", "Final Cut Pro, Resolve", "application/xml", write_fcpxml),
        Format("otio", "OTIO", "OpenTimelineIO", "application/json", write_otio),
        Format("csv", "CSV", "shot log for spreadsheets", "text/csv", write_csv),
        Format("vtt", "WebVTT", "cues for players", "text/vtt", write_webvtt),
        Format(
            "said",
            "Subtitles",
            "what is said, as WebVTT",
            "text/vtt",
            write_said,
            file_ending="said.vtt",
            needs_lines=True,
        ),
    )
}


def file_name(title: str, ending: str) -> str:
    """A plain ASCII file name: ``red-coats.edl``."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-").lower()[:60]
    return f"{stem or 'export'}.{ending}"
