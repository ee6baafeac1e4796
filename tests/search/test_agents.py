"""The MCP server, asked by a real client over stdio in a process of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import pytest
from django.db import connection
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

from ingest.models import AuditEntry
from ingest.services.tokens import make_token
from search.bins import items_of
from tests import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
Calls = list[tuple[str, dict[str, Any]]]


def environment(state: Path) -> dict[str, str]:
    """For a process of its own on the tests' database."""
    parts = connection.get_connection_params()
    dsn = (
        f"postgresql://{parts['user']}:{parts.get('password') or ''}@/{parts['dbname']}"
        f"?host={parts['host']}&port={parts.get('port') or 5432}"
    )
    return {
        **os.environ,
        "EVERYID_STATE_DIR": str(state),
        "EVERYID_DATABASE_URL": dsn,
        "EVERYID_PROFILE": "builtin",
        "DJANGO_SETTINGS_MODULE": "everyid_site.settings",
    }


def ask(state: Path, token: str, calls: Calls) -> list[Any]:
    """The tools' names, then the answer of each call, over stdin and stdout."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["manage.py", "mcp"],
        env=environment(state) | {"EVERYID_MCP_TOKEN": token},
        cwd=ROOT,
    )

    async def talk() -> list[Any]:
        async with stdio_client(server) as streams:
            return await say(streams[0], streams[1], calls)

    return list(outside(talk))


async def say(reading: Any, writing: Any, calls: Calls) -> list[Any]:
    """The tools' names, then the answer of each call."""
    async with ClientSession(reading, writing) as session:
        await session.initialize()
        names = sorted(tool.name for tool in (await session.list_tools()).tools)
        return [names, *[await session.call_tool(name, given) for name, given in calls]]


def outside(talk: Callable[[], Any]) -> Any:
    """In a thread of its own: a browser that an earlier test opened leaves a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(anyio.run, talk).result()


def test_an_agent_sees_and_does_what_its_user_may(tmp_path: Path, settings: Any) -> None:
    owner, other = factories.make_user("anna"), factories.make_user()
    library = factories.make_library(owner=owner)
    asset = factories.make_asset(library, name="mine.mp4")
    theirs = factories.make_asset(factories.make_library(owner=other), name="theirs.mp4")
    bin = factories.make_bin(library, "Selects", asset)
    before = len(items_of(bin))
    _, secret = make_token(user=owner, name="agent", scope="write")
    frame = theirs.keyframes.all()[0].pk
    moment = {"bin": bin.pk, "asset": asset.pk, "start_pts": 1, "end_pts": 9}
    names, found, picture, added, foreign, edl = ask(
        tmp_path,
        secret,
        [
            ("assets", {}),
            ("keyframe", {"keyframe": frame}),
            ("add_to_bin", moment),
            ("add_to_bin", moment | {"asset": theirs.pk}),
            ("export", {"format": "edl", "bin": bin.pk}),
        ],
    )
    assert {"search", "keyframe", "identities", "assets", "export", "add_to_bin"} <= set(names)
    assert "mine.mp4" in found.content[0].text and "theirs" not in found.content[0].text
    assert picture.isError and "not the user's to see" in picture.content[0].text
    assert not added.isError and len(items_of(bin)) == before + 1
    assert foreign.isError
    assert not edl.isError and edl.content[0].text.startswith("TITLE")
    assert AuditEntry.objects.filter(verb="exported", user=owner).exists()


def test_a_token_that_reads_has_no_tool_that_writes(tmp_path: Path) -> None:
    owner = factories.make_user()
    factories.make_asset(factories.make_library(owner=owner), name="mine.mp4")
    _, secret = make_token(user=owner, name="agent", scope="read")
    names, found = ask(tmp_path, secret, [("search", {})])
    assert "add_to_bin" not in names
    assert "mine.mp4" in found.content[0].text
