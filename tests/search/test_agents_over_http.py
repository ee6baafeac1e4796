"""The MCP server over HTTP, asked by the SDK's client; every request brings its token."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.core.management import CommandError, call_command
from mcp.client.streamable_http import streamable_http_client
from mcp.server.fastmcp.exceptions import ToolError

from ingest.services.tokens import make_token, revoke_token
from search.agent_serving import limit_call
from search.bins import items_of
from tests import factories
from tests.search.test_agents import ROOT, Calls, environment, outside, say

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
HELLO = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Where a server of its own answers, on this machine alone."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "manage.py", "mcp", "--http", "--port", str(port)]
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(
            command, cwd=ROOT, env=environment(tmp_path), stdout=log, stderr=log
        ) as server,
    ):
        try:
            wait_for(port, server)
            yield f"http://127.0.0.1:{port}/mcp"
        finally:
            server.terminate()
            server.wait(60)


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(3_000):
        assert server.poll() is None
        with socket.socket() as trying:
            if trying.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("The server did not start.")


def ask(address: str, secret: str, calls: Calls) -> list[Any]:
    """The tools' names, then the answer of each call."""

    async def talk() -> list[Any]:
        headers = {"Authorization": f"Bearer {secret}"}
        async with (
            httpx.AsyncClient(headers=headers, timeout=300) as client,
            streamable_http_client(address, http_client=client) as streams,
        ):
            return await say(streams[0], streams[1], calls)

    return list(outside(talk))


def test_each_token_is_its_own_user(address: str) -> None:
    anna, ben = factories.make_user("anna"), factories.make_user("ben")
    library = factories.make_library(owner=anna)
    mine = factories.make_asset(library, name="mine.mp4")
    bin = factories.make_bin(library, "Selects", mine)
    theirs = factories.make_asset(factories.make_library(owner=ben), name="theirs.mp4")
    before = len(items_of(bin))
    _, writes = make_token(user=anna, name="agent", scope="write")
    _, other = make_token(user=ben, name="agent", scope="write")
    moment = {"bin": bin.pk, "asset": mine.pk, "start_pts": 1, "end_pts": 9}
    names, found, added, foreign = ask(
        address,
        writes,
        [
            ("assets", {}),
            ("add_to_bin", moment),
            ("keyframe", {"keyframe": theirs.keyframes.all()[0].pk}),
        ],
    )
    assert {"search", "add_to_bin", "export"} <= set(names)
    assert "mine.mp4" in found.content[0].text and "theirs" not in found.content[0].text
    assert not added.isError and len(items_of(bin)) == before + 1
    assert foreign.isError and "not the user's to see" in foreign.content[0].text
    _, found, refused, edl = ask(
        address,
        other,
        [("search", {}), ("add_to_bin", moment), ("export", {"format": "edl", "bin": bin.pk})],
    )
    assert "theirs.mp4" in found.content[0].text and "mine.mp4" not in found.content[0].text
    assert refused.isError and edl.isError and len(items_of(bin)) == before + 1


def test_a_token_that_reads_changes_nothing(address: str) -> None:
    owner = factories.make_user()
    library = factories.make_library(owner=owner)
    bin = factories.make_bin(library, "Selects", factories.make_asset(library))
    before = len(items_of(bin))
    _, secret = make_token(user=owner, name="agent", scope="read")
    item = items_of(bin)[0]
    moment = {"bin": bin.pk, "asset": item.asset_id, "start_pts": 1, "end_pts": 9}
    names, refused = ask(address, secret, [("add_to_bin", moment)])
    assert "add_to_bin" not in names and "search" in names
    assert refused.isError and "only read" in refused.content[0].text
    assert len(items_of(bin)) == before


def answered(address: str, **headers: str) -> int:
    """The status that a plain request gets."""
    accepted = {"Accept": "application/json, text/event-stream"}
    return httpx.post(address, headers=accepted | headers, json=HELLO, timeout=300).status_code


def test_without_a_token_nothing_is_told(address: str) -> None:
    token, secret = make_token(user=factories.make_user(), name="agent", scope="read")
    assert answered(address) == 401
    assert answered(address, Authorization="Bearer eid_wrong") == 401
    assert answered(address, Authorization=secret) == 401
    assert answered(address, Authorization=f"Bearer {secret}") == 200
    # A page of another site that reaches this server by a name of its own.
    assert answered(address, Authorization=f"Bearer {secret}", Host="evil.example") == 421
    revoke_token(token=token)
    assert answered(address, Authorization=f"Bearer {secret}") == 401


def test_agents_are_limited_as_the_api_is(settings: Any) -> None:
    settings.RATES = settings.RATES | {"search": "2/minute", "read": ""}
    for _ in range(2):
        limit_call("search", 7)
    with pytest.raises(ToolError, match="too often"):
        limit_call("search", 7)
    limit_call("search", 8)
    for _ in range(9):
        limit_call("assets", 7)


def test_over_http_nobody_is_named_at_the_start() -> None:
    with pytest.raises(CommandError, match="token of each request"):
        call_command("mcp", "--http", "--user", "anna")
