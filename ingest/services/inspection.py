"""Looks into a file before it is accepted, in a process of its own.

Whoever can upload can send a file made to break a decoder. So the first look is taken by a child
process, which may crash or hang without harm to the web server or the command line. The child
(this module run as a program, Django-free) reads one JSON line per file and answers with one; it
leaves when its parent does, or after a while without questions.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

from ingest.errors import (
    EmptyFile,
    EncryptedMedia,
    IngestError,
    NoFrames,
    NotAFile,
    NotMedia,
    NoVideoStream,
    TooLarge,
)

TIMEOUT_S = 90
"""The longest look at one file: slow network shares answer within it. By judgement."""

IDLE_S = 60
"""The child leaves after this time without a question, so that a web worker stays small."""

_ERRORS: dict[str, type[IngestError]] = {
    kind.code: kind
    for kind in (
        EmptyFile, EncryptedMedia, NoFrames, NotAFile, NotMedia, NoVideoStream, TooLarge,
    )
}  # fmt: skip
_CRASHED = (
    "This file brings the video decoder down, it is damaged: convert it with another program and "
    "add the result."
)
_HANGS = (
    "This file could not be looked into within a reasonable time: copy it to a faster disk, or "
    "convert it with another program."
)


class Inspector:
    """Asks the child; starts it when needed. Safe for threads and after a fork."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[str] | None = None
        self._owner = 0

    def inspect(self, path: Path) -> None:
        """Raise the IngestError that says why this file cannot be used, if it cannot.

        Raises MediaError or NotAFile.
        """
        with self._lock:
            answer = self._ask(json.dumps(os.fspath(path.absolute())))
        if answer["code"]:
            raise _ERRORS.get(answer["code"], NotMedia)(answer["sentence"])

    def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is None or self._owner != os.getpid():
            return
        child.kill()
        child.communicate()

    def _ask(self, question: str) -> dict[str, str]:
        for is_fresh in (False, True):
            child = self._running_child(is_fresh)
            assert child.stdin is not None and child.stdout is not None
            try:
                child.stdin.write(question + "\n")
                child.stdin.flush()
                line = _read_line(child.stdout)
            except BrokenPipeError:
                line = ""
            except TimeoutError as error:
                self.close()
                raise NotMedia(_HANGS) from error
            if line:
                answer: dict[str, str] = json.loads(line)
                return answer
            self.close()  # it had left for idleness, or it crashed: a fresh one will tell
        raise NotMedia(_CRASHED)

    def _running_child(self, is_fresh: bool) -> subprocess.Popen[str]:
        child = self._child if self._owner == os.getpid() else None
        if child is None or is_fresh or child.poll() is not None:
            self.close()
            child = self._child = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, str(Path(__file__).resolve().parents[2])],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            self._owner = os.getpid()
        return child


_PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from ingest.services.inspection import answer_questions; answer_questions()"
)

_inspector = Inspector()
atexit.register(_inspector.close)


def inspect_file(path: Path) -> None:
    """Raise MediaError or NotAFile, with a sentence, for a file that cannot be used."""
    _inspector.inspect(path)


def answer_questions() -> None:
    """The child: answer until the parent leaves or has nothing more to ask."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    while select.select([sys.stdin], [], [], IDLE_S)[0]:
        question = sys.stdin.readline()
        if not question:
            return
        signal.alarm(TIMEOUT_S + 10)  # ends this process should the parent be gone
        print(json.dumps(_answer(Path(json.loads(question)))), flush=True)
        signal.alarm(0)


def _answer(path: Path) -> dict[str, str]:
    from ingest.media.probe import probe_file

    try:
        probe_file(path)
    except IngestError as error:
        return {"code": error.code, "sentence": str(error)}
    return {"code": "", "sentence": ""}


def _read_line(stream: IO[str]) -> str:
    """The next line; empty at the end. Raises TimeoutError."""
    if not select.select([stream], [], [], TIMEOUT_S)[0]:
        raise TimeoutError
    return stream.readline()
