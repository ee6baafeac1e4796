"""Opens media files safely: nothing but files, nothing but known containers, never for ever.

Playlists and scripts (HLS, DASH, concat, SDP, image sequences) name other files and addresses,
so they are not opened at all: only the formats listed here, only FFmpeg's ``file`` protocol, and
a time limit on every read. (FFmpeg's security notes on protocol and format whitelists.)
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.codec.context import CodecContext
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from ingest.errors import (
    EmptyFile,
    EncryptedMedia,
    IngestError,
    NoFrames,
    NotAFile,
    NotMedia,
    NoVideoStream,
    StorageFull,
)

from .boxes import is_encrypted, is_unfinished

READ_TIMEOUT_S = 60.0
"""The longest one read may take. By judgement: slow network shares answer within it."""

_VIDEO_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,live_flv,h264,hevc,vvc,"
    "av1,obu,ivf,gif,apng,asf,asf_o,ogg,mxf,mxf_opatom,rm,nut,dv,m4v,vc1,vc1test,wtv,yuv4mpegpipe,"
    "nsv,h263,h261,gxf,lxf,mjpeg,mjpeg_2000,smjpeg,mpjpeg,cavsvideo,avs2,avs3,dirac,dnxhd,dhav,"
    "swf,amv,pmp,psp,rl2,roq,bink,smk,fli,film_cpk,4xm,nuv,mtv,mvi,mpeg2video,ty,pva,r3d,ifv,imf"
)
_OTHER_FORMATS = (  # known so that the answer can be "no picture in it" instead of "not media"
    "wav,w64,mp3,aac,flac,ac3,eac3,aiff,amr,amrnb,amrwb,caf,au,dts,truehd,tta,wv,ape,mpc,mpc8,"
    "loas,sbc,aptx,voc,srt,webvtt,ass,subviewer,microdvd,lrc,sup,vobsub"
)
_OPTIONS = {
    "protocol_whitelist": "file",
    "format_whitelist": f"{_VIDEO_FORMATS},{_OTHER_FORMATS}",
    "enable_drefs": "0",
}
_CANNOT_OPEN = (
    "This is not a video file that can be opened: choose a video such as MP4, MOV, MKV or AVI."
)
_UNFINISHED = (
    "This video is cut off or damaged, its index is missing: copy it again from where it was "
    "recorded."
)
_ENCRYPTED = "This video is encrypted: decrypt it or export it without protection first."


def check_file(path: Path) -> int:
    """The size in bytes of a regular file that may be read and is not empty.

    Raises NotAFile (missing, folder, device, unreadable) or EmptyFile.
    """
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise NotAFile("There is no such file: check that it still exists.") from error
    if stat.S_ISDIR(status.st_mode):
        raise NotAFile("This is a folder, not a file: choose the video files inside it.")
    if not stat.S_ISREG(status.st_mode):
        raise NotAFile("This is not an ordinary file: choose a video file.")
    if not os.access(path, os.R_OK):
        raise NotAFile("This file may not be read: change its permissions and try again.")
    if status.st_size == 0:
        raise EmptyFile("This file is empty: copy it again from where it was recorded.")
    return status.st_size


@contextmanager
def open_media(path: Path) -> Iterator[InputContainer]:
    """Open a media file for reading; closed at the end.

    Raises NotAFile, EmptyFile, EncryptedMedia or NotMedia.
    """
    check_file(path)
    container = _open(path)
    try:
        yield container
    finally:
        container.close()


def video_stream(container: InputContainer) -> VideoStream:
    """The stream to look at: the default one with the most pixels that is no cover picture.

    Raises NoVideoStream where there is none, NoFrames where there is no decoder for any.
    """
    streams = [
        stream
        for stream in container.streams.video
        if not stream.disposition & (Disposition.attached_pic | Disposition.timed_thumbnails)
    ]
    if not streams:
        raise NoVideoStream(
            "There is no picture in this file, only sound or text: choose a file with video."
        )
    decodable = [stream for stream in streams if has_decoder(stream)]
    if not decodable:
        raise NoFrames(
            "The picture of this video is in a format that cannot be decoded: convert it to "
            "H.264 first."
        )
    return max(decodable, key=_preference)


def has_decoder(stream: Stream) -> bool:
    """Whether FFmpeg knows the stream's codec; PyAV gives no codec context otherwise."""
    context: CodecContext | None = stream.codec_context
    return context is not None


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn "no space left" into StorageFull; other errors pass through.

    Raises StorageFull.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull(
                "There is no space left on the disk: free some space and try again."
            ) from error
        raise


def _preference(stream: VideoStream) -> tuple[bool, int, int]:
    is_default = bool(stream.disposition & Disposition.default)
    return is_default, (stream.width or 0) * (stream.height or 0), -stream.index


def _open(path: Path) -> InputContainer:
    if is_encrypted(path):
        raise EncryptedMedia(_ENCRYPTED)
    # "file:" and an absolute path: a name such as "http:x" or "-" is never taken for an address
    name = b"file:" + os.fsencode(path.absolute())
    try:
        return av.open(
            os.fsdecode(name),
            options=_OPTIONS,
            timeout=READ_TIMEOUT_S,
            metadata_errors="replace",
        )
    except (FFmpegError, ValueError, OverflowError, OSError) as error:
        raise _refusal(path) from error


def _refusal(path: Path) -> IngestError:
    return NotMedia(_UNFINISHED if is_unfinished(path) else _CANNOT_OPEN)


_FULL = {28, 122}  # ENOSPC, EDQUOT
