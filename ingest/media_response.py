"""A file of the catalogue as an HTTP answer: ranges, conditions, HEAD (RFC 9110).

For views that have already decided that the user may see the file. The path comes from a key
that a stage made, never from the request; the content type is given, never guessed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    StreamingHttpResponse,
)
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, parse_http_date_safe

from ingest import storage

# What is read and sent at once: large enough to be cheap, small enough for many readers.
CHUNK_BYTES = 256 * 1024
# How long a browser may show a file without asking again whether it is still a member. By eye.
_FRESH_S = 300

# What stages write. A key with another ending is answered as missing, not guessed at.
_CONTENT_TYPES = {
    ".mp4": "video/mp4",
    ".webp": "image/webp",
    ".jpg": "image/jpeg",
    ".png": "image/png",
}

_RANGE = re.compile(r"^bytes=(\d*)-(\d*)$")
Span = tuple[int, int]
"""First byte and length."""


class Unsatisfiable(ValueError):
    """A range that lies outside the file: 416."""


class _Slice:
    """Some bytes of an open file in chunks; closes the file when the answer is closed."""

    def __init__(self, file: BinaryIO, span: Span) -> None:
        self._file = file
        self._start, self._left = span

    def __iter__(self) -> Iterator[bytes]:
        self._file.seek(self._start)
        while self._left > 0 and (chunk := self._file.read(min(CHUNK_BYTES, self._left))):
            self._left -= len(chunk)
            yield chunk

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def derived_response(request: HttpRequest, key: str, stem: str) -> HttpResponseBase:
    """The derived file with this key; Http404 if there is none (yet)."""
    path = storage.derived_path(key) if key else None
    if path is None or path.suffix not in _CONTENT_TYPES:
        raise Http404("There is no such file.")
    name = f"{stem}{path.suffix}"
    return media_response(request, path, content_type=_CONTENT_TYPES[path.suffix], name=name)


def media_response(
    request: HttpRequest, path: Path, *, content_type: str, name: str
) -> HttpResponseBase:
    """Answer GET or HEAD with the file, or the part of it that was asked for.

    ``name`` is the plain ASCII file name that a browser saves under. Raises Http404 where the
    file has gone.
    """
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    try:
        file = path.open("rb")
    except (FileNotFoundError, IsADirectoryError) as error:
        raise Http404("The file is not there any more.") from error
    response = _respond(request, file)
    if not isinstance(response, StreamingHttpResponse):
        file.close()
    response["Cache-Control"] = f"private, max-age={_FRESH_S}"
    if response.status_code in (200, 206):
        response["Content-Type"] = content_type
        response["Content-Disposition"] = f'inline; filename="{name}"'
        response["Accept-Ranges"] = "bytes"
    return response


def _respond(request: HttpRequest, file: BinaryIO) -> HttpResponseBase:
    facts = os.fstat(file.fileno())
    size, modified_s = facts.st_size, int(facts.st_mtime)
    etag = f'"{facts.st_mtime_ns:x}-{size:x}"'
    conditional = get_conditional_response(request, etag=etag, last_modified=modified_s)
    if conditional is not None:
        response: HttpResponseBase = conditional
    else:
        response = _whole_or_part(request, file, size, etag, modified_s)
    response["ETag"] = etag
    response["Last-Modified"] = http_date(modified_s)
    return response


def _whole_or_part(
    request: HttpRequest, file: BinaryIO, size: int, etag: str, modified_s: int
) -> HttpResponseBase:
    try:
        span = _asked_span(request, size, etag, modified_s)
    except Unsatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    start, length = span or (0, size)
    response: HttpResponseBase
    if request.method == "HEAD":
        response = HttpResponse()
    else:
        response = StreamingHttpResponse(_Slice(file, (start, length)))
    response["Content-Length"] = str(length)
    if span is not None:
        response.status_code = 206
        response["Content-Range"] = f"bytes {start}-{start + length - 1}/{size}"
    return response


def _asked_span(request: HttpRequest, size: int, etag: str, modified_s: int) -> Span | None:
    """The one range that was asked for; None for the whole file.

    Ranges count for GET alone, and only while If-Range still names this version. Several ranges,
    other units and malformed values are ignored, as RFC 9110 14.2 allows.
    """
    header = request.headers.get("Range", "")
    if request.method != "GET" or not header:
        return None
    condition = request.headers.get("If-Range")
    if condition and condition != etag and parse_http_date_safe(condition) != modified_s:
        return None
    return parse_range(header, size)


def parse_range(header: str, size: int) -> Span | None:
    """First byte and length of a ``Range`` header; None if it is to be ignored.

    >>> parse_range("bytes=0-99", 1000), parse_range("bytes=900-", 1000)
    ((0, 100), (900, 100))
    >>> parse_range("bytes=-50", 1000), parse_range("bytes=990-2000", 1000)
    ((950, 50), (990, 10))

    Raises Unsatisfiable where no byte of the file is meant.
    """
    match = _RANGE.match(header.strip())
    if match is None or match[1] == match[2] == "":
        return None
    if match[1] == "":
        length = min(int(match[2]), size)
        if length == 0:
            raise Unsatisfiable(header)
        return size - length, length
    start = int(match[1])
    end = min(int(match[2]), size - 1) if match[2] else size - 1
    if match[2] and int(match[2]) < start:
        return None
    if start >= size:
        raise Unsatisfiable(header)
    return start, end - start + 1
