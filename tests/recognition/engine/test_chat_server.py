"""A captioner behind a real HTTP server of this process: right answers, late ones, and garbage."""

from __future__ import annotations

import base64
import io
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest
from PIL import Image as PillowImage

from recognition.engine import captioning
from recognition.engine.backends.chat_server import ChatServer, Server
from recognition.engine.errors import NetworkFailed, WeightsError
from recognition.engine.types import NetworkInfo, Turn
from tests.recognition.engine.test_accounts import GOOD

INFO = NetworkInfo("chat-server", "captions", "chat-1")
PICTURE = np.full((900, 1600, 3), (200, 30, 30), dtype=np.uint8)
Reply = tuple[int, bytes, float]


class Chat:
    """What the server says, and what it was asked: (path, headers, body)."""

    def __init__(self) -> None:
        self.replies: Callable[[dict[str, Any]], Reply] = lambda body: said(json.dumps(GOOD))
        self.asked: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.url = ""


def said(text: str, status: int = 200, late_s: float = 0.0) -> Reply:
    body = json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]})
    return status, body.encode(), late_s


@pytest.fixture
def chat() -> Iterator[Chat]:
    state = Chat()
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append((self.path, dict(self.headers), {}))
            self._send(200, json.dumps({"data": [{"id": "llava-7b"}]}).encode(), 0.0)

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.asked.append((self.path, dict(self.headers), body))
            self._send(*state.replies(body))

        def _send(self, status: int, body: bytes, late_s: float) -> None:
            over.wait(late_s)
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                pass

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        state.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        yield state
        over.set()
        server.shutdown()
        thread.join()


def captioner(chat: Chat, **more: Any) -> ChatServer:
    return ChatServer(Server(chat.url, **more), INFO)


def test_pictures_go_as_jpeg_and_accounts_come_back(chat: Chat) -> None:
    told = captioning.describe(captioner(chat, key="secret"), [PICTURE, PICTURE])
    assert [account.scene for account in told.accounts if account] == ["beach", "beach"]
    assert chat.asked[0][0] == "/v1/models"
    path, headers, body = chat.asked[1]
    assert path == "/v1/chat/completions" and headers["Authorization"] == "Bearer secret"
    assert body["model"] == "llava-7b" and body["response_format"]["type"] == "json_schema"
    picture, words = body["messages"][0]["content"]
    kind, _, data = picture["image_url"]["url"].partition(",")
    assert kind == "data:image/jpeg;base64" and "JSON" in words["text"]
    with PillowImage.open(io.BytesIO(base64.b64decode(data))) as shown:
        assert shown.size == (768, 432)
        assert isinstance(red := shown.getpixel((300, 200)), tuple) and red[0] > 180 > 60 > red[2]


def test_what_it_is_asked_again_carries_the_refused_answer(chat: Chat) -> None:
    def answer(body: dict[str, Any]) -> Reply:
        return said(json.dumps(GOOD) if len(body["messages"]) == 3 else "no idea")

    chat.replies = answer
    told = captioning.describe(captioner(chat, network="x"), [PICTURE])
    assert told.asked_again == 1 and told.refused == 0 and told.accounts[0] is not None
    roles = [message["role"] for message in chat.asked[-1][2]["messages"]]
    assert roles == ["user", "assistant", "user"]
    assert chat.asked[-1][2]["messages"][1]["content"] == "no idea"


def test_a_server_that_knows_no_schemas_is_asked_without(chat: Chat) -> None:
    def answer(body: dict[str, Any]) -> Reply:
        return (400, b"unknown field", 0.0) if "response_format" in body else said(json.dumps(GOOD))

    chat.replies = answer
    server = captioner(chat, network="x")
    assert captioning.describe(server, [PICTURE]).accounts[0] is not None
    before = len(chat.asked)
    server.answer([Turn(PICTURE, "again")])
    assert len(chat.asked) == before + 1  # it is not tried a second time


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        ((200, b"<html>not json", 0.0), "answered no JSON"),
        ((200, b"\xff\xfe\x00", 0.0), "answered no JSON"),
        ((200, b'{"choices": []}', 0.0), "something that is no chat"),
        ((200, b"[1, 2, 3]", 0.0), "something that is no chat"),
        ((500, b"out of memory", 0.0), "answered 500: out of memory"),
        ((401, b"who are you", 0.0), "answered 401: who are you"),
        ((400, b"bad picture", 0.0), "answered 400: bad picture"),
        ((200, b"{}", 300), "did not answer in 0.2 s"),
    ],
)
def test_trouble_is_one_sentence_and_may_be_tried_again(
    chat: Chat, reply: Reply, sentence: str
) -> None:
    chat.replies = lambda body: reply
    with pytest.raises(NetworkFailed, match=sentence) as caught:
        timeout_s = 0.2 if reply[2] else 60
        captioner(chat, network="x", timeout_s=timeout_s).answer([Turn(PICTURE, "what")])
    assert not caught.value.permanent and "\n" not in str(caught.value)


def test_nobody_there_and_no_address(chat: Chat) -> None:
    with pytest.raises(NetworkFailed, match="cannot be reached"):
        ChatServer(Server("http://127.0.0.1:9/v1", "x", timeout_s=2), INFO).answer(
            [Turn(PICTURE, "what")]
        )
    with pytest.raises(WeightsError, match="needs an address like"):
        Server("file:///etc/passwd")
    assert captioner(chat).answer([]) == []


def test_an_answer_without_end_is_cut_off_and_refused(chat: Chat) -> None:
    chat.replies = lambda body: said("x" * 500_000)
    told = captioning.describe(captioner(chat, network="x"), [PICTURE])
    assert told.accounts == (None,) and told.refused == 1
