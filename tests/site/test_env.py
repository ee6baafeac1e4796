"""Values from outside: typed, checked, turned into Django's settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from everyid_site.embedded.endpoint import Endpoint, database_settings, settings_of_dsn
from everyid_site.embedded.errors import BadSetting
from everyid_site.env import Environment


def make_environment(**values: object) -> Environment:
    return Environment(_env_file=None, **values)  # type: ignore[arg-type]


def test_it_reads_variables_with_the_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVERYID_PORT", "8123")
    monkeypatch.setenv("EVERYID_STATE_DIR", "relative/folder")
    env = make_environment()
    assert env.port == 8123
    assert env.state_dir == Path("relative/folder").resolve()
    assert env.weights_folder == env.state_dir / "weights"


@pytest.mark.parametrize(
    ("name", "value"), [("port", 0), ("profile", "fast"), ("worker_concurrency", 0)]
)
def test_it_refuses_values_that_cannot_be(name: str, value: object) -> None:
    with pytest.raises(ValidationError):
        make_environment(**{name: value})


def test_it_takes_a_database_url_apart() -> None:
    url = "postgresql://me:p%40ss@db.example:6543/films?sslmode=require"
    settings = database_settings(make_environment(database_url=url))
    assert settings["NAME"] == "films"
    assert settings["USER"] == "me"
    assert settings["PASSWORD"] == "p@ss"
    assert (settings["HOST"], settings["PORT"]) == ("db.example", "6543")
    assert settings["OPTIONS"]["sslmode"] == "require"
    assert settings["CONN_HEALTH_CHECKS"] is True


def test_it_has_settings_before_anything_has_started(tmp_path: Path) -> None:
    settings = database_settings(make_environment(state_dir=tmp_path, database_url=""))
    assert settings["HOST"] == "127.0.0.1"


@pytest.mark.parametrize("url", ["mysql://host/name", "postgresql://host", "nonsense"])
def test_it_says_what_a_database_url_must_look_like(url: str) -> None:
    with pytest.raises(BadSetting, match="postgresql://user:password@host:port/database"):
        settings_of_dsn(url)


def test_an_endpoint_survives_odd_passwords() -> None:
    endpoint = Endpoint("127.0.0.1", 5433, "every id", "d", "a/b@c:d%e")
    parts = settings_of_dsn(endpoint.dsn)
    assert parts["PASSWORD"] == "a/b@c:d%e"
    assert parts["USER"] == "every id"
