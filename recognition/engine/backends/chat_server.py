"""A captioner behind an OpenAI-compatible server (vLLM, llama.cpp, …) of one's own.

Pictures go as JPEG in a data address to ``{url}/chat/completions``, several at once: such servers
batch what comes together. The answer is asked for in the schema of accounts; a server that does
not know that field is asked without. Whatever else happens is ``NetworkFailed``, one sentence.
"""

from __future__ import annotations

import base64
import io
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from PIL import Image as PillowImage

from recognition.engine.accounts import LONGEST_ANSWER, SCHEMA
from recognition.engine.accounts import VERSION as ACCOUNTS
from recognition.engine.backends.registry import WeightsFiles
from recognition.engine.errors import NetworkFailed, WeightsError
from recognition.engine.manifest import WeightsEntry
from recognition.engine.runtime import Runtime, check_image
from recognition.engine.types import Image, NetworkInfo, Turn

VERSION = f"1 {ACCOUNTS}"
"""With that of the prompt and the schema."""
MAX_SIDE_PX = 768
"""By eye, as for networks that run here."""
JPEG_QUALITY = 88
NEW_TOKENS = 500
LARGEST_ANSWER = 1 << 20
"""Bytes of an HTTP answer; a caption has about a thousand."""
AT_ONCE = 8
"""Requests in flight. Batching made six times the pictures a minute of one by one (vLLM, L4)."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where the server is (``…/v1``), the network's name there (empty: its first), a key."""

    url: str
    network: str = ""
    key: str = ""
    timeout_s: float = 60.0

    def __post_init__(self) -> None:
        if urllib.parse.urlsplit(self.url).scheme not in ("http", "https"):
            raise WeightsError(
                "The captions' server needs an address like http://gpu-machine:8000/v1, "
                f"got “{self.url}”."
            )


class ChatServer:
    """A ``Captioner``."""

    def __init__(self, server: Server, info: NetworkInfo) -> None:
        self.info = info
        self._server = server
        self._name = server.network
        self._knows_schema = True

    def answer(self, turns: Sequence[Turn]) -> list[str]:
        """One answer per turn. Raises ``NetworkFailed`` when the server does not give one."""
        if not turns:
            return []
        self._name = self._name or self._first_name()
        with ThreadPoolExecutor(max_workers=min(AT_ONCE, len(turns))) as pool:
            return list(pool.map(self._answer, turns))

    def _answer(self, turn: Turn) -> str:
        asked: dict[str, Any] = {
            "model": self._name,
            "messages": messages_of(turn),
            "temperature": 0,
            "max_tokens": NEW_TOKENS,
        }
        if self._knows_schema:
            form = {"name": "account", "schema": SCHEMA}
            try:
                return self._said(
                    {**asked, "response_format": {"type": "json_schema", "json_schema": form}}
                )
            except _NotUnderstood:
                self._knows_schema = False
        try:
            return self._said(asked)
        except _NotUnderstood as error:
            raise NetworkFailed(str(error)) from error

    def _said(self, asked: dict[str, Any]) -> str:
        answer = self._ask("chat/completions", asked)
        try:
            content = answer["choices"][0]["message"]["content"]
        except (KeyError, IndexError, TypeError) as error:
            raise NetworkFailed(
                f"{self._server.url} answered something that is no chat."
            ) from error
        return str(content or "")[: LONGEST_ANSWER + 1]

    def _first_name(self) -> str:
        answer = self._ask("models", None)
        try:
            return str(answer["data"][0]["id"])
        except (KeyError, IndexError, TypeError) as error:
            raise NetworkFailed(f"{self._server.url} names no network that it runs.") from error

    def _ask(self, path: str, body: dict[str, Any] | None) -> Any:
        address = f"{self._server.url.rstrip('/')}/{path}"
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._server.key:
            headers["Authorization"] = f"Bearer {self._server.key}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(address, data=data, headers=headers)  # noqa: S310 checked
        try:
            with urllib.request.urlopen(request, timeout=self._server.timeout_s) as answer:  # noqa: S310
                return json.loads(answer.read(LARGEST_ANSWER))
        except urllib.error.HTTPError as error:
            with error:
                said = error.read(300).decode("utf-8", "replace").strip()
            sentence = f"The captions' server {address} answered {error.code}: {said}"
            if error.code in (400, 422) and body is not None:
                raise _NotUnderstood(sentence) from error
            raise NetworkFailed(sentence) from error
        except TimeoutError as error:
            raise NetworkFailed(
                f"The captions' server {address} did not answer in {self._server.timeout_s:g} s."
            ) from error
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise NetworkFailed(
                f"The captions' server {address} cannot be reached: {reason}. Is it running?"
            ) from error
        except ValueError as error:
            raise NetworkFailed(f"The captions' server {address} answered no JSON.") from error


class _NotUnderstood(Exception):
    """The server did not take the request as it was."""


def messages_of(turn: Turn) -> list[dict[str, Any]]:
    """A turn as the protocol's messages."""
    said: list[dict[str, Any]] = [
        {
            "role": "user",
            "content": [
                {"type": "image_url", "image_url": {"url": data_address(turn.image)}},
                {"type": "text", "text": turn.prompt},
            ],
        }
    ]
    if turn.complaint:
        said.append({"role": "assistant", "content": turn.answer})
        said.append({"role": "user", "content": turn.complaint})
    return said


def data_address(image: Image) -> str:
    """An RGB picture as a JPEG data address."""
    check_image(image)
    picture = PillowImage.fromarray(image)
    picture.thumbnail((MAX_SIDE_PX, MAX_SIDE_PX), PillowImage.Resampling.BICUBIC)
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=JPEG_QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(stream.getvalue()).decode("ascii")


def open_network(entry: WeightsEntry, files: WeightsFiles, runtime: Runtime) -> ChatServer:
    """The captioner at the address that the settings give."""
    options = runtime.options
    if not options.get("url"):
        raise WeightsError(
            f"“{entry.name}” needs the address of a server: set EVERYID_CAPTIONS_URL "
            "(like http://gpu-machine:8000/v1), or choose another captioner."
        )
    server = Server(options["url"], options.get("network", ""), options.get("key", ""))
    return ChatServer(server, runtime.info)
