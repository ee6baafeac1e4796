"""A real HTTP server that keeps weights as hubs and mirrors do, and misbehaves when told to."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Hub:
    """Path → content. ``date``: told instead of an ETag where it is set; ``cuts``: after how many
    bytes each answer breaks off, in turn; ``codes``: path → status that is answered instead;
    ``token``: what must be shown; ``storage``: another server's address that large files are
    redirected to."""

    files: dict[str, bytes] = field(default_factory=dict)
    cuts: list[int] = field(default_factory=list)
    codes: dict[str, list[int]] = field(default_factory=dict)
    token: str = ""
    storage: str = ""
    date: str = ""
    can_resume: bool = True
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    address: str = ""

    def asked(self, header: str) -> list[str]:
        """The values of a request header, in turn."""
        return [headers.get(header, "") for _, headers in self.requests]


@contextmanager
def serve() -> Iterator[Hub]:
    """A hub on a free port of this machine."""
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with suppress(BrokenPipeError, ConnectionResetError):  # the client gave up
                answer(self, hub)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def answer(request: BaseHTTPRequestHandler, hub: Hub) -> None:
    """One file, or what went wrong with it."""
    hub.requests.append((request.path, dict(request.headers)))
    code = hub.codes[request.path].pop(0) if hub.codes.get(request.path) else 0
    if not code and hub.token and request.headers.get("Authorization") != f"Bearer {hub.token}":
        code = 401
    if not code and request.path not in hub.files:
        code = 404
    if code:
        request.send_response(code)
        request.send_header("Content-Length", "0")
        request.end_headers()
        return
    body = hub.files[request.path]
    digest = hashlib.sha256(body).hexdigest()
    if hub.storage:
        request.send_response(302)
        request.send_header("Location", f"{hub.storage}{request.path}")
        request.send_header("X-Repo-Commit", "c0ffee")
        request.send_header("X-Linked-Etag", f'"{digest}"')
        request.send_header("Content-Length", "0")
        request.end_headers()
        return
    start = 0
    asked = request.headers.get("Range", "")
    version = hub.date or f'"{digest}"'
    if hub.can_resume and asked and request.headers.get("If-Range") == version:
        start = int(asked.removeprefix("bytes=").partition("-")[0])
    request.send_response(206 if start else 200)
    request.send_header("Last-Modified" if hub.date else "ETag", version)
    request.send_header("Content-Length", str(len(body) - start))
    if start:
        request.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
    request.end_headers()
    rest = body[start:]
    if hub.cuts:
        rest = rest[: hub.cuts.pop(0)]
        request.close_connection = True
    request.wfile.write(rest)
