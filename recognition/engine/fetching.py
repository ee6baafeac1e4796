"""Getting one file: from a folder or over HTTP, going on where it broke off.

What has come so far lies beside its place as ``NAME.part``, with a note of whose beginning it is
(address and ETag or date); a later try asks for the rest alone (``Range`` with ``If-Range``,
RFC 9110, 14.2 and 13.1.5), and starts anew where the server does not give it. A token goes to the
address that was asked and never along with a redirect to another host.
"""

from __future__ import annotations

import email.message
import errno
import http.client
import json
import re
import shutil
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, TypeAlias

from recognition.engine.errors import WeightsError, WeightsMissing

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with (path, bytes so far, bytes in all or 0)."""

CHUNK = 1 << 18
TIMEOUT_S = 30.0  # by eye: a server that says nothing for half a minute is down
PAUSES_S = (0.2, 1.0, 3.0, 10.0)
"""Waits before a further try, each after one that brought nothing new. By eye."""
SPARE_BYTES = 100_000_000
"""What a pull leaves free on the disk. By eye: the database lies there too."""


class NotThere(WeightsMissing):
    """The source was reached and has no such file."""


class NotAllowed(WeightsMissing):
    """The source wants a token, or another one."""


class BrokeOff(WeightsMissing):
    """The connection ended early or was never made; another try may go on."""


@dataclass(slots=True)
class Fetch:
    """One file to get. ``note`` collects what the source says of it (commit, checksum)."""

    title: str
    path: str
    address: str
    target: Path
    token: str = ""
    tell: Progress | None = None
    note: dict[str, str] = field(default_factory=dict)

    @property
    def part(self) -> Path:
        """What has come so far."""
        return self.target.with_name(self.target.name + ".part")

    @property
    def part_note(self) -> Path:
        """Whose beginning that is."""
        return self.target.with_name(self.target.name + ".part.json")

    def forget(self) -> None:
        """Drop what has come so far."""
        self.part.unlink(missing_ok=True)
        self.part_note.unlink(missing_ok=True)


def fetch(job: Fetch) -> None:
    """Bring a file to ``job.part``, whole. The caller checks it and moves it to its place.

    Raises ``NotThere``, ``NotAllowed`` or ``BrokeOff`` (what came is kept), or ``WeightsError``
    for a full disk or an address of another kind.
    """
    scheme = urllib.parse.urlsplit(job.address).scheme
    if scheme not in ("file", "http", "https"):
        raise WeightsError(
            f"A weights mirror must be a folder, file:// or http(s)://: {job.address}"
        )
    job.target.parent.mkdir(parents=True, exist_ok=True)
    pauses = iter(PAUSES_S)
    while True:
        before = _size(job.part)
        try:
            _try(job)
            return
        except BrokeOff:
            if _size(job.part) > before:
                pauses = iter(PAUSES_S)
            pause = next(pauses, None)
            if pause is None or scheme == "file":
                raise
            time.sleep(pause)


def _try(job: Fetch) -> None:
    have, known = _size(job.part), _read_note(job)
    resumable = have > 0 and known.get("address") == job.address and known.get("etag")
    request = urllib.request.Request(job.address)  # noqa: S310 the scheme is checked
    if resumable:
        request.add_header("Range", f"bytes={have}-")
        request.add_header("If-Range", known["etag"])
    request.add_header("Accept-Encoding", "identity")
    if job.token:
        request.add_unredirected_header("Authorization", f"Bearer {job.token}")
    with closing(_open(job, request)) as answer:
        start = have if getattr(answer, "status", None) == 206 else 0
        if start and not _continues_at(answer.headers, start):
            start = 0
            job.forget()
            raise BrokeOff(f"“{job.title}”: {job.address} answered with another part of the file.")
        length = answer.headers.get("Content-Length")
        total = start + int(length) if length is not None else 0
        _check_space(job, total - start)
        _write_note(job, answer.headers)
        _copy(job, answer, start, total)


def _copy(job: Fetch, answer: IO[bytes], start: int, total: int) -> None:
    done = start
    with _disk(job), job.part.open("ab" if start else "wb") as sink:
        while chunk := _read(job, answer, done, total):
            sink.write(chunk)
            done += len(chunk)
            if job.tell is not None:
                job.tell(job.path, done, total)
    if total and done < total:
        raise _broke_off(job, done, total, "the connection ended early")


def _read(job: Fetch, answer: IO[bytes], done: int, total: int) -> bytes:
    try:
        return answer.read(CHUNK)
    except (OSError, http.client.HTTPException) as error:
        raise _broke_off(job, done, total, str(error) or type(error).__name__) from error


def _broke_off(job: Fetch, done: int, total: int, why: str) -> BrokeOff:
    of = f" of {total / 1e6:.1f}" if total else ""
    return BrokeOff(
        f"“{job.title}” broke off while pulling {job.address} after {done / 1e6:.1f}{of} MB: "
        f"{why}. Pull it again: it goes on from there."
    )


def _open(job: Fetch, request: urllib.request.Request) -> Any:
    opener = urllib.request.build_opener(_Redirects(job))
    try:
        return opener.open(request, timeout=TIMEOUT_S)
    except urllib.error.HTTPError as error:
        with error:
            raise _refusal(job, error.code) from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, FileNotFoundError):
            raise NotThere(
                f"“{job.title}” could not be pulled: {job.address} does not exist."
            ) from error
        raise BrokeOff(
            f"“{job.title}” could not be pulled from {job.address}: {reason}. "
            "Is this machine offline, or the mirror's address wrong?"
        ) from error


def _refusal(job: Fetch, code: int) -> WeightsMissing:
    told = f"“{job.title}” could not be pulled: {job.address} answered {code}"
    if code in (401, 403):
        done = (
            "The token in EVERYID_HUB_TOKEN may not read it: accept its terms on its page, or give "
            "the token of someone who may."
            if job.token
            else "It is private, or its terms must be accepted on its page first: put your token "
            "into EVERYID_HUB_TOKEN."
        )
        return NotAllowed(f"{told}. {done}")
    if code in (404, 410):
        return NotThere(f"{told}: there is no such file.")
    if code == 416:  # what we have is not a beginning of what is there now
        job.forget()
        return BrokeOff(f"{told}.")
    if code == 429 or code >= 500:
        return BrokeOff(f"{told}. Try again later.")
    return WeightsMissing(f"{told}.")


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects; reads what the hub says of a file before it sends us to its storage."""

    def __init__(self, job: Fetch):
        self._job = job

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """The next request; the token stays on its host, http never follows https."""
        _read_hub_headers(self._job, headers)
        old, new = urllib.parse.urlsplit(req.full_url), urllib.parse.urlsplit(newurl)
        if new.scheme not in ("http", "https") or (old.scheme, new.scheme) == ("https", "http"):
            raise WeightsError(f"{req.full_url} leads to {newurl}, which is not followed.")
        following = super().redirect_request(req, fp, code, msg, headers, newurl)
        if following is not None and self._job.token and old[:2] == new[:2]:
            following.add_unredirected_header("Authorization", f"Bearer {self._job.token}")
        return following


def _read_hub_headers(job: Fetch, headers: email.message.Message) -> None:
    if commit := headers.get("X-Repo-Commit"):
        job.note["commit"] = commit
    etag = (headers.get("X-Linked-Etag") or "").strip('"')
    if re.fullmatch("[0-9a-f]{64}", etag):  # of large files it is their SHA-256
        job.note["sha256"] = etag


def _continues_at(headers: email.message.Message, start: int) -> bool:
    return (headers.get("Content-Range") or "").startswith(f"bytes {start}-")


def _check_space(job: Fetch, wanted: int) -> None:
    free = shutil.disk_usage(job.target.parent).free
    if wanted + SPARE_BYTES > free:
        raise WeightsError(
            f"“{job.title}” needs {wanted / 1e6:.0f} MB more in {job.target.parent}, where "
            f"{free / 1e6:.0f} MB are free: make room, or set EVERYID_WEIGHTS_DIR to another disk."
        )


@contextmanager
def _disk(job: Fetch) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        told = "the disk is full" if full else error.strerror or str(error)
        raise WeightsError(
            f"“{job.title}” could not be written to {job.target.parent}: {told}."
        ) from error


def _read_note(job: Fetch) -> dict[str, str]:
    try:
        known: Any = json.loads(job.part_note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(known, dict):
        return {}
    job.note.update({key: known[key] for key in ("commit", "sha256") if known.get(key)})
    return known


def _write_note(job: Fetch, headers: email.message.Message) -> None:
    _read_hub_headers(job, headers)
    etag = headers.get("ETag") or ""
    if not etag or etag.startswith("W/"):  # a weak one does not tell bytes apart
        etag = headers.get("Last-Modified") or ""
    noted = {"address": job.address, "etag": etag, **job.note}
    with _disk(job):
        job.part_note.write_text(json.dumps(noted), encoding="utf-8")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
