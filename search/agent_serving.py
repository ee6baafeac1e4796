"""Serving agents: over stdin and stdout as one user, or over HTTP as whoever a token stands for.

Over HTTP nothing outlives a request: each brings its token, is answered as that token's user of
that moment, and counts against limits like the API's. A token that is revoked opens nothing from
then on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.models import User
from django.db import close_old_connections
from django.http import Http404
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings
from mcp.server.fastmcp import FastMCP
from mcp.server.fastmcp.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import Tool
from pydantic import AnyHttpUrl

from ingest.errors import IngestError
from ingest.services.rates import count_request, whole_seconds
from ingest.services.tokens import find_token
from search.agents import Tools
from search.errors import SearchError

INSTRUCTIONS = (
    "EveryID finds people and moments in the user's own footage. Ask `search` in plain language, "
    "look at a moment's `keyframe`, collect moments in bins, export them for an editor. Times are "
    "pts of the asset (half-open) beside seconds from its first frame."
)
LARGEST_REQUEST = 256 * 1024
"""Bytes: a question and its words; nothing is uploaded here."""
LIMITED_AS = {"search": "search", "export": "export", "add_to_bin": "write"}
"""Tools by the limit of ``settings.RATES`` that they fall under; the others read."""
WRITING = frozenset({"add_to_bin"})

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and what they may. ``token_id``: by which token; None on one's own machine."""

    user: User
    may_write: bool
    token_id: int | None = None


Who = Callable[[], Asker]


def serve_here(user: User, *, may_write: bool) -> None:
    """Serve one user over stdin and stdout until the agent hangs up."""
    asker = Asker(user, may_write)
    AgentServer(lambda: asker).run("stdio")


def serve_http(*, host: str, port: int) -> None:
    """Serve whoever has a token, at ``/mcp``, until it is told to stop."""
    server = AgentServer(
        asker_of_request,
        host=host,
        port=port,
        stateless_http=True,
        json_response=True,
        log_level="WARNING",
        max_request_body_size=LARGEST_REQUEST,
        token_verifier=Tokens(),
        # Tokens are made in EveryID's account menu: there is no authorization server to send to.
        auth=AuthSettings(
            issuer_url=AnyHttpUrl(f"http://{_in_address(host)}:{port}"), resource_server_url=None
        ),
        transport_security=_known_hosts(settings.ALLOWED_HOSTS),
    )
    server.run("streamable-http")


class AgentServer(FastMCP[Any]):
    """The tools, of which each caller is shown those that they may use."""

    def __init__(self, who: Who, **options: Any) -> None:
        """``who`` tells who makes the call that is being answered."""
        super().__init__("EveryID", instructions=INSTRUCTIONS, **options)
        self._who = who
        tools = Tools(lambda: who().user)
        for tool in (
            *(tools.search, tools.keyframe, tools.identities, tools.assets, tools.bins),
            *(tools.export, tools.add_to_bin),
        ):
            self.tool(structured_output=False)(_answering(tool, who))

    async def list_tools(self) -> list[Tool]:
        """The tools that may be used."""
        tools = await super().list_tools()
        may_write = self._who().may_write
        return [tool for tool in tools if may_write or tool.name not in WRITING]


class Tokens:
    """Finds the user of a token (``TokenVerifier`` of the SDK)."""

    async def verify_token(self, token: str) -> AccessToken | None:
        """What a token opens; None for one that is wrong or was revoked."""
        found = await sync_to_async(_with_fresh_connections(find_token))(token)
        if found is None:
            return None
        scopes = ["read", "write"] if found.scope == "write" else ["read"]
        claims = {"user": found.user}
        return AccessToken(token=token, client_id=str(found.pk), scopes=scopes, claims=claims)


def asker_of_request() -> Asker:
    """Who makes the HTTP request that is being answered. Raises ToolError for nobody."""
    token = get_access_token()
    if token is None or token.claims is None:
        raise ToolError("This needs an API token.")
    return Asker(token.claims["user"], "write" in token.scopes, int(token.client_id))


def _answering(tool: Callable[P, R], who: Who) -> Callable[P, Any]:
    """The tool off the event loop, within what the caller may, with refusals as sentences."""
    name = tool.__name__

    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        asker = who()
        if name in WRITING and not asker.may_write:
            raise ToolError("This token may only read.")
        if asker.token_id is not None:
            limit_call(name, asker.token_id)
        try:
            return tool(*args, **kwargs)
        except Http404:
            raise ToolError("There is nothing here, or it is not the user's to see.") from None
        except (SearchError, IngestError) as error:
            raise ToolError(str(error)) from None

    @wraps(tool)
    async def answer(*args: P.args, **kwargs: P.kwargs) -> Any:
        # In a thread of a pool: one agent's search does not keep another's waiting.
        answering = sync_to_async(_with_fresh_connections(call), thread_sensitive=False)
        return await answering(*args, **kwargs)

    return answer


def _with_fresh_connections(call: Callable[P, R]) -> Callable[P, R]:
    """Outside of Django's requests nobody else lets go of connections that broke."""

    @wraps(call)
    def fresh(*args: P.args, **kwargs: P.kwargs) -> R:
        close_old_connections()
        try:
            return call(*args, **kwargs)
        finally:
            close_old_connections()

    return fresh


def limit_call(tool: str, token_id: int) -> None:
    """Counts a call of a tool with the token's calls of the API. Raises ToolError at too many."""
    scope = LIMITED_AS.get(tool, "read")
    rate = settings.RATES[scope]
    wait_s = count_request(f"{scope}-token-{token_id}", rate) if rate else None
    if wait_s is not None:
        raise ToolError(f"That was too often: try again in {whole_seconds(wait_s)} seconds.")


def _known_hosts(hosts: Sequence[str]) -> TransportSecuritySettings:
    """Requests that were sent to another name are refused, as by the pages."""
    return TransportSecuritySettings(
        enable_dns_rebinding_protection="*" not in hosts,
        allowed_hosts=[name for host in hosts for name in (host, f"{host}:*")],
        allowed_origins=[f"{scheme}://{h}:*" for h in hosts for scheme in ("http", "https")]
        + [f"{scheme}://{h}" for h in hosts for scheme in ("http", "https")],
    )


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host
