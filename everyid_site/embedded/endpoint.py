"""Where the database is. Django-free and cheap: settings import it before anything has started.

Either ``EVERYID_DATABASE_URL`` names a server, or the embedded Postgres has written its address
to ``STATE_DIR/postgres/endpoint.json`` and its password to the file beside it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from everyid_site.embedded.errors import BadSetting

if TYPE_CHECKING:
    from everyid_site.env import Environment

# Seconds a connection is kept between requests; health checks renew one that has died.
CONNECTION_MAX_AGE_S = 60
# Libpq options: notice a server that has gone within seconds instead of minutes.
CONNECTION_OPTIONS: dict[str, Any] = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The address of a Postgres database."""

    host: str
    port: int
    user: str
    database: str
    password: str

    @property
    def dsn(self) -> str:
        """The address as ``postgresql://user:password@host:port/database``."""
        return (
            f"postgresql://{quote(self.user, safe='')}:{quote(self.password, safe='')}"
            f"@{self.host}:{self.port}/{quote(self.database, safe='')}"
        )


def postgres_dir(state_dir: Path) -> Path:
    """The folder of the embedded Postgres."""
    return state_dir / "postgres"


def write_endpoint(state_dir: Path, endpoint: Endpoint) -> None:
    """Record the address (without the password) for processes that start later."""
    folder = postgres_dir(state_dir)
    values = asdict(endpoint)
    del values["password"]
    temporary = folder / "endpoint.json.new"
    temporary.write_text(json.dumps(values))
    temporary.replace(folder / "endpoint.json")


def read_endpoint(state_dir: Path) -> Endpoint | None:
    """The recorded address, or None if the embedded Postgres was never started here."""
    folder = postgres_dir(state_dir)
    try:
        values = json.loads((folder / "endpoint.json").read_text())
        password = (folder / "password").read_text().strip()
    except FileNotFoundError:
        return None
    return Endpoint(**values, password=password)


def uses_embedded_postgres(env: Environment) -> bool:
    """Whether this installation brings its own Postgres."""
    return not env.database_url


def database_dsn(env: Environment) -> str | None:
    """The address in use, or None if the embedded Postgres was never started."""
    if env.database_url:
        return env.database_url
    endpoint = read_endpoint(env.state_dir)
    return endpoint.dsn if endpoint else None


def database_settings(env: Environment) -> dict[str, Any]:
    """Django's ``DATABASES["default"]``."""
    parts = settings_of_dsn(database_dsn(env) or "postgresql://everyid@127.0.0.1:1/everyid")
    options = {**CONNECTION_OPTIONS, "application_name": "everyid", **parts.pop("OPTIONS")}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **parts,
        "CONN_MAX_AGE": CONNECTION_MAX_AGE_S,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def settings_of_dsn(dsn: str) -> dict[str, Any]:
    """NAME, USER, PASSWORD, HOST, PORT and OPTIONS of a ``postgresql://`` address."""
    url = urlsplit(dsn)
    if url.scheme not in {"postgresql", "postgres"} or not url.path.strip("/"):
        raise BadSetting(
            "EVERYID_DATABASE_URL must look like postgresql://user:password@host:port/database"
        )
    return {
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": unquote(url.hostname or ""),
        "PORT": str(url.port or ""),
        "OPTIONS": dict(parse_qsl(url.query)),
    }
