"""Calls an address that a user gave, signed, and never an address inside the network. No Django.

The host is resolved once, every address that it has must be a public one, and the connection goes
to the address that was judged (a name that answers differently the second time changes nothing).
Redirects are not followed: their target was judged by nobody.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
import time
from urllib.parse import SplitResult, urlsplit

from search.errors import BadWebhook, CallFailed

TIMEOUT_S = 10.0
LONGEST_ADDRESS = 500
SIGNATURE = "EveryID-Signature"
_USUAL = {"http": 80, "https": 443}


def check_address(address: str) -> SplitResult:
    """The parts of an address that can be called. Raises BadWebhook; asks no name server."""
    if len(address) > LONGEST_ADDRESS or not address.isascii() or not address.isprintable():
        raise BadWebhook("This is no address to call: it begins with https:// or http://.")
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, SplitResult("", "", "", "", "")
    if parts.scheme not in _USUAL or not host or port == 0 or " " in address:
        raise BadWebhook("This is no address to call: it begins with https:// or http://.")
    if parts.username or parts.password:
        raise BadWebhook("Leave name and password out of the address: calls are signed.")
    return parts


def sign(secret: str, body: bytes, at: int) -> str:
    """``t=SECONDS,v1=HEX``: HMAC-SHA256 of ``SECONDS.BODY``, so that an old call is told by it."""
    digest = hmac.new(secret.encode(), str(at).encode() + b"." + body, hashlib.sha256)
    return f"t={at},v1={digest.hexdigest()}"


def call(
    address: str, body: bytes, *, secret: str, headers: dict[str, str], allow_private: bool
) -> int:
    """POST JSON to an address; the status, which is 2xx. Raises CallFailed, BadWebhook."""
    parts = check_address(address)
    host, port = parts.hostname or "", parts.port or _USUAL[parts.scheme]
    target = _resolve(host, port, allow_private=allow_private)
    connection = _Judged(host, port, target, is_secure=parts.scheme == "https")
    sent = {
        **headers,
        "Content-Type": "application/json",
        "User-Agent": "EveryID",
        SIGNATURE: sign(secret, body, int(time.time())),
    }
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", path, body, sent)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise CallFailed(f"{host} could not be called: {_said(error)}.") from error
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise CallFailed(f"{host} answered {status} where 2xx was expected.")
    return status


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open network, also where it is wrapped in IPv6."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None and not is_public(str(inner)):
            return False
    return ip.is_global and not ip.is_multicast


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def _resolve(host: str, port: int, *, allow_private: bool) -> str:
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise CallFailed(f"There is no host {host}.") from error
    found = [str(row[4][0]) for row in rows]
    if not allow_private and not all(is_public(address) for address in found):
        raise BadWebhook(
            f"{host} is an address inside the network, which is not called unless "
            "EVERYID_WEBHOOKS_PRIVATE allows it."
        )
    return found[0]


class _Judged(http.client.HTTPConnection):
    """A connection to an address that was judged, under the name that was asked."""

    def __init__(self, host: str, port: int, target: str, *, is_secure: bool) -> None:
        super().__init__(host, port, timeout=TIMEOUT_S)
        self.default_port = _USUAL["https" if is_secure else "http"]
        self._target, self._is_secure = target, is_secure

    def connect(self) -> None:
        """Connect, and for https check the certificate against the name."""
        self.sock = socket.create_connection((self._target, self.port), self.timeout)
        if self._is_secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)


def _said(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {TIMEOUT_S:.0f} seconds"
    if isinstance(error, ssl.SSLError):
        return "its certificate is not trusted"
    if isinstance(error, ConnectionRefusedError):
        return "it refused the connection"
    return "the connection failed"
