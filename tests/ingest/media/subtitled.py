"""Films with subtitle streams, for tests: a made film's picture beside texts that are muxed in."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av

MS = Fraction(1, 1000)
Cue = tuple[int, int, bytes]
"""Start and length in milliseconds, and the packet."""


def mov_text(text: str) -> bytes:
    """A packet of mov_text: the length in two bytes, then UTF-8."""
    words = text.encode()
    return len(words).to_bytes(2, "big") + words


def add_subtitles(
    film: Path, target: Path, streams: Sequence[tuple[str, str, Sequence[Cue]]]
) -> Path:
    """Copy a film's picture and give it subtitle streams: codec, language, cues."""
    with av.open(str(film)) as source, av.open(str(target), "w") as output:
        picture = output.add_stream_from_template(source.streams.video[0])
        packets = []
        for codec, language, cues in streams:
            stream = output.add_mux_stream(codec)
            stream.time_base = MS
            if language:
                stream.metadata["language"] = language
            for start, length, words in cues:
                packet = av.Packet(words)
                packet.stream, packet.time_base = stream, MS
                packet.pts = packet.dts = start
                packet.duration = length
                packets.append(packet)
        for copied in source.demux(source.streams.video[0]):
            if copied.size:
                copied.stream = picture
                output.mux(copied)
        output.mux(packets)
    return target
