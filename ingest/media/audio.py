"""Brings the sound of a file into its proxy, as AAC: copied where it is, else encoded anew."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError
from av.packet import Packet

from .opening import has_decoder, open_media

_RATE_HZ = 48000
_BIT_RATE = 96_000


class AudioFeed:
    """Reads the first sound stream of a file beside the picture and writes it in step.

    Sound that cannot be decoded is left out rather than failing the proxy. Times are moved so
    that ``origin_s`` (the first frame's time) becomes zero; earlier sound is dropped.
    """

    def __init__(self, path: Path, output: OutputContainer, origin_s: Fraction) -> None:
        self._context = open_media(path)
        self._input: InputContainer = self._context.__enter__()
        self._source = next(filter(has_decoder, self._input.streams.audio), None)
        self._output = output
        self._origin_s = origin_s
        self._packets: Iterator[Packet[AudioStream]] = iter(())
        self._waiting: Packet[AudioStream] | None = None
        self._is_copy = False
        self._target: AudioStream | None = None
        self._last_dts: int | None = None
        if self._source is not None:
            self._add_stream(self._source)

    def write_until(self, seconds: Fraction | None) -> None:
        """Write the sound up to a time on the proxy's clock; None writes the rest."""
        if self._target is None:
            return
        while (packet := self._waiting or next(self._packets, None)) is not None:
            self._waiting = None
            time = self._time_of(packet)
            if seconds is not None and time is not None and time > seconds:
                self._waiting = packet
                return
            if time is None or time >= 0:
                self._write(packet)
        if seconds is None:
            self._flush()

    def close(self) -> None:
        """Close the file that is read."""
        self._context.__exit__(None, None, None)

    def _add_stream(self, source: AudioStream) -> None:
        self._is_copy = source.codec_context.codec.canonical_name == "aac" and bool(
            source.codec_context.extradata
        )
        try:
            if self._is_copy:
                self._target = self._output.add_stream_from_template(source)
            else:
                self._target = self._output.add_stream("aac", rate=_RATE_HZ, layout="stereo")
                self._target.bit_rate = _BIT_RATE
                self._resampler = AudioResampler(format="fltp", layout="stereo", rate=_RATE_HZ)
        except (FFmpegError, ValueError):
            self._target = None
            return
        self._packets = self._read(source)

    def _read(self, source: AudioStream) -> Iterator[Packet[AudioStream]]:
        try:
            for packet in self._input.demux(source):
                if packet.size:
                    yield packet
        except (FFmpegError, ValueError):
            return

    def _time_of(self, packet: Packet[AudioStream]) -> Fraction | None:
        time = packet.pts if packet.pts is not None else packet.dts
        return None if time is None else time * packet.time_base - self._origin_s

    def _write(self, packet: Packet[AudioStream]) -> None:
        if self._is_copy:
            self._copy(packet)
            return
        try:
            frames = packet.decode()
        except (FFmpegError, ValueError):
            return
        for frame in frames:
            if frame.pts is not None and frame.time_base is not None:
                frame.pts -= round(self._origin_s / frame.time_base)
            self._encode(frame)

    def _encode(self, frame: AudioFrame | None) -> None:
        assert self._target is not None
        try:
            resampled = self._resampler.resample(frame)
            packets = [packet for part in resampled for packet in self._target.encode(part)]
        except (FFmpegError, ValueError):
            return
        self._output.mux(packets)

    def _flush(self) -> None:
        if self._target is None or self._is_copy:
            return
        self._encode(None)
        try:
            packets = self._target.encode(None)
        except (FFmpegError, ValueError):
            return
        self._output.mux(packets)

    def _copy(self, packet: Packet[AudioStream]) -> None:
        time = packet.pts if packet.pts is not None else packet.dts
        if time is None:
            return
        time -= round(self._origin_s / packet.time_base)
        if self._last_dts is not None and time <= self._last_dts:
            return
        self._last_dts = packet.pts = packet.dts = time
        assert self._target is not None
        packet.stream = self._target
        self._output.mux(packet)
