"""Reads the subtitle streams inside a media file. Nothing of the picture is read or decoded.

Only streams of text: bitmaps (DVD, Blu-ray) would have to be read off pictures.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import cast

from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Discard
from av.subtitles.stream import SubtitleStream

from .lines import MOST_LINES, Clock, Cue, Line, lines_of
from .opening import has_decoder, open_media

TEXT_CODECS = frozenset(("mov_text", "subrip", "srt", "ass", "ssa", "webvtt", "text"))
MOST_STREAMS = 32
_FIELDS = 8
"""Commas before the text of a dialogue as FFmpeg's decoders give it: order, layer, style, …"""
_MAX_DEMUX_ERRORS = 16


@dataclass(frozen=True, slots=True)
class Heard:
    """Lines, and a sentence for each source that could not be read, or not to its end."""

    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()


def subtitles_in(path: Path, clock: Clock) -> Heard:
    """The lines of all subtitle streams of a file.

    Their times are on the container's clock, as the picture's are. Raises NotAFile, EmptyFile,
    EncryptedMedia or NotMedia for a file that cannot be opened; a stream that is broken ends in a
    note.
    """
    with open_media(path) as container:
        streams = [s for s in container.streams.subtitles if _is_text(s)][:MOST_STREAMS]
        if not streams:
            return Heard()
        for stream in container.streams:
            if stream not in streams:
                stream.discard = Discard.all
        languages = {stream.index: _language_of(stream) for stream in streams}
        cues: dict[int, list[Cue]] = {index: [] for index in languages}
        notes: list[str] = []
        for packet in islice(_packets(container, streams, notes), MOST_LINES * MOST_STREAMS):
            cues[packet.stream.index] += _cues_of(packet)
    # What PyAV calls a stream is gone with its container.
    lines = [
        line
        for number, (index, language) in enumerate(languages.items(), 1)
        for line in lines_of(
            cues[index][:MOST_LINES],
            clock,
            shift_s=Fraction(0),
            language=language,
            source=f"subtitles {number}",
        )
    ]
    return Heard(tuple(lines), tuple(notes))


def _is_text(stream: SubtitleStream) -> bool:
    return has_decoder(stream) and stream.codec_context.codec.canonical_name in TEXT_CODECS


def _language_of(stream: SubtitleStream) -> str:
    said = stream.language or ""
    return "" if said == "und" or not said.isascii() else said[:20]


def _packets(
    container: InputContainer, streams: list[SubtitleStream], notes: list[str]
) -> Iterator[Packet[SubtitleStream]]:
    """All packets, up to where the container cannot be read any more."""
    for _ in range(_MAX_DEMUX_ERRORS):
        try:
            for packet in container.demux(*streams):
                if packet.size:
                    yield cast("Packet[SubtitleStream]", packet)
            return
        except (FFmpegError, ValueError, OverflowError):
            if not notes:
                notes.append("The subtitles in this file are damaged: not all could be read.")


def _cues_of(packet: Packet[SubtitleStream]) -> list[Cue]:
    """The texts of one packet; none where it is empty or bad."""
    if packet.pts is None or packet.time_base is None:
        return []
    try:
        subtitles = packet.decode()
    except (FFmpegError, ValueError, OverflowError):
        return []
    start_s = packet.pts * Fraction(packet.time_base)
    end_s = start_s + packet.duration * Fraction(packet.time_base) if packet.duration else None
    texts = (getattr(subtitle, "ass", b"") for subtitle in subtitles)
    return [Cue(start_s, end_s, _text_of(text)) for text in texts if text]


def _text_of(dialogue: bytes) -> str:
    return dialogue.decode("utf-8", "replace").split(",", _FIELDS)[-1]
