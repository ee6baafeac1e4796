"""The embedded broker: a kombu transport over one table in Postgres, ``everyid+postgres://``.

A message is claimed with ``FOR UPDATE SKIP LOCKED`` and marked with the database session that
holds it; it is deleted when acknowledged. A message whose session is gone (the worker died, or
Postgres restarted) is anybody's again at once, so no task is held for ever. Delivery is at least
once: the pipeline's own claims make a second delivery harmless (ADR 0001).

Every message goes to the queue named by its routing key; there is no fanout, hence no remote
control of workers. Address: the product's database, or ``transport_options["dsn"]``.
"""

from __future__ import annotations

import threading
from queue import Empty
from typing import Any

import psycopg
from kombu.transport import TRANSPORT_ALIASES, base, virtual
from kombu.utils.json import dumps, loads

from everyid_site.embedded.endpoint import database_dsn
from everyid_site.embedded.errors import PostgresUnavailable
from everyid_site.env import environment

# kombu reads "everyid+postgres://" as transport "everyid" and the rest as its own affair.
TRANSPORT_NAME = "everyid"
# A task is picked up after half of this on average; an idle worker asks ten times a second.
POLLING_INTERVAL_S = 0.1

_CREATE = """
SELECT pg_advisory_xact_lock(1702257002);
CREATE TABLE IF NOT EXISTS broker_message (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    queue text NOT NULL,
    payload text NOT NULL,
    holder_pid integer,
    holder_since timestamptz
);
CREATE INDEX IF NOT EXISTS broker_message_queue ON broker_message (queue, id);
"""
_EXISTS = "SELECT to_regclass('broker_message') IS NOT NULL"
_SESSION = "SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()"
_PUT = "INSERT INTO broker_message (queue, payload) VALUES (%s, %s)"
_TAKE = """
UPDATE broker_message SET holder_pid = %(pid)s, holder_since = %(since)s
WHERE id = (
    SELECT id FROM broker_message AS m
    WHERE queue = ANY(%(queues)s) AND NOT EXISTS (
        SELECT 1 FROM pg_stat_activity AS a
        WHERE a.pid = m.holder_pid AND a.backend_start = m.holder_since
    )
    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING id, queue, payload
"""
_ACK = "DELETE FROM broker_message WHERE id = %s"
_GIVE_BACK = "UPDATE broker_message SET holder_pid = NULL WHERE id = %s"
_GIVE_BACK_ALL = (
    "UPDATE broker_message SET holder_pid = NULL WHERE holder_pid = %s AND holder_since = %s"
)


class QoS(virtual.QoS):
    """Acknowledges in the table instead of keeping messages to restore in memory."""

    def ack(self, delivery_tag: str) -> None:
        """Delete the message."""
        try:
            self.channel.session.execute(_ACK, delivery_tag)
        finally:  # else it counts as under way for ever, and no other is taken
            super().ack(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        """Delete the message, or let somebody else have it."""
        try:
            self.channel.session.execute(_GIVE_BACK if requeue else _ACK, delivery_tag)
        finally:
            self._quick_ack(delivery_tag)

    def restore_unacked(self) -> list[Any]:
        """Let others have every message this session holds."""
        self._delivered.clear()
        self.channel.session.give_back_all()
        return []

    def restore_unacked_once(self, stderr: Any = None) -> None:
        """At close: as ``restore_unacked``; a session that is gone holds nothing anyway."""
        self._on_collect.cancel()
        try:
            self.restore_unacked()
        except psycopg.Error:
            self._delivered.clear()


class Session:
    """One database session of one kombu connection; used by its threads in turn."""

    def __init__(self, dsn: str) -> None:
        self._lock = threading.Lock()
        self._connection = psycopg.connect(
            dsn, autocommit=True, application_name="everyid-broker", connect_timeout=5
        )
        found = self._connection.execute(_EXISTS).fetchone()
        if found is not None and not found[0]:
            with self._connection.transaction():
                for statement in _CREATE.strip().split(";\n"):
                    self._connection.execute(statement.encode())
        self._identity = self._connection.execute(_SESSION).fetchone() or (0, None)

    def execute(self, statement: str, *values: Any) -> psycopg.Cursor[Any]:
        """Run one statement."""
        with self._lock:
            return self._connection.execute(statement.encode(), values)

    def take(self, queues: list[str]) -> tuple[int, str, str] | None:
        """Claim the oldest free message of the queues: id, queue, payload."""
        pid, since = self._identity
        with self._lock:
            return self._connection.execute(
                _TAKE.encode(), {"pid": pid, "since": since, "queues": queues}
            ).fetchone()

    def give_back_all(self) -> None:
        """Let others have what this session holds."""
        if not self._connection.closed:
            self.execute(_GIVE_BACK_ALL, *self._identity)

    def close(self) -> None:
        """End the session; what it holds becomes free."""
        self._connection.close()


class Channel(virtual.Channel):
    """Reads and writes the table."""

    QoS = QoS

    @property
    def session(self) -> Session:
        """The connection's database session."""
        session: Session = self._transport.session
        return session

    def __init__(self, connection: Any, **options: Any) -> None:
        self._transport = connection  # kept beyond close(): messages are acked after it
        super().__init__(connection, **options)

    def drain_events(self, timeout: float | None = None, callback: Any = None) -> None:
        """Deliver one message of any of the active queues, or raise Empty."""
        if not (self._consumers and self.qos.can_consume()):
            raise Empty
        message, queue = self._take(list(self._active_queues))
        (callback or self.connection._deliver)(message, queue)

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:
        message, _ = self._take([queue])
        return message

    def _take(self, queues: list[str]) -> tuple[dict[str, Any], str]:
        row = self.session.take(queues)
        if row is None:
            raise Empty
        identifier, queue, text = row
        message: dict[str, Any] = loads(text)
        message["properties"]["delivery_tag"] = str(identifier)
        return message, queue

    def _put(self, queue: str, message: dict[str, Any], **options: Any) -> None:
        self.session.execute(_PUT, queue, dumps(message))

    def _lookup(self, exchange: str, routing_key: str, default: str | None = None) -> list[str]:
        return [routing_key]

    def _size(self, queue: str) -> int:
        counted = "SELECT count(*) FROM broker_message WHERE queue = %s"
        row = self.session.execute(counted, queue).fetchone()
        return int(row[0]) if row else 0

    def _purge(self, queue: str) -> int:
        return self.session.execute("DELETE FROM broker_message WHERE queue = %s", queue).rowcount

    def _delete(self, queue: str, *words: Any, **options: Any) -> None:
        self._purge(queue)


class Transport(virtual.Transport):
    """The transport that kombu finds under ``everyid+postgres://``."""

    Channel = Channel
    polling_interval = POLLING_INTERVAL_S
    default_port = 5432
    driver_type = "postgres"
    driver_name = "psycopg"
    connection_errors = (
        *virtual.Transport.connection_errors,
        psycopg.OperationalError,
        psycopg.InterfaceError,
        PostgresUnavailable,
    )
    channel_errors = (*virtual.Transport.channel_errors, psycopg.DatabaseError)
    implements = base.Implements(
        asynchronous=False, exchange_type=frozenset(["direct"]), heartbeats=False
    )

    def __init__(self, client: Any, **options: Any) -> None:
        super().__init__(client, **options)
        self._session: Session | None = None

    @property
    def session(self) -> Session:
        """The open session. Raises InterfaceError when there is none."""
        if self._session is None:
            raise psycopg.InterfaceError("the embedded broker is not connected")
        return self._session

    def establish_connection(self) -> Any:
        """Open the session; the address is looked up each time, it may have moved."""
        dsn = self.client.transport_options.get("dsn") or database_dsn(environment())
        if dsn is None:
            raise PostgresUnavailable("The embedded Postgres was never started.")
        self._session = Session(dsn)
        return super().establish_connection()

    def close_connection(self, connection: Any) -> None:
        """Close the channels, then the session."""
        super().close_connection(connection)
        if self._session is not None:
            self._session.close()

    def verify_connection(self, connection: Any) -> bool:
        """Whether the session still lives."""
        return self._session is not None and not self._session._connection.closed

    def driver_version(self) -> str:
        """Of psycopg."""
        return psycopg.__version__


def register() -> None:
    """Make ``everyid+postgres://`` known to kombu."""
    TRANSPORT_ALIASES[TRANSPORT_NAME] = "everyid_site.embedded.broker:Transport"
