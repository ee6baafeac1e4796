"""Every setting that comes from outside. The only reader of the environment.

Values come from variables ``EVERYID_…`` (or a ``.env`` file beside ``manage.py``), are typed and
checked once at start, and are documented in ``docs/operations.md`` (a test compares the two).
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

BASE_DIR = Path(__file__).resolve().parent.parent


RATE = "^([1-9][0-9]{0,6}/(second|minute|hour|day))?$"


class Environment(BaseSettings):
    """The settings of one installation."""

    model_config = SettingsConfigDict(
        env_prefix="EVERYID_", env_file=BASE_DIR / ".env", extra="ignore", str_strip_whitespace=True
    )

    state_dir: Path = Field(BASE_DIR / "var", description="The one folder that holds all state.")
    debug: bool = Field(False, description="Django's debug pages. Never on a server others reach.")
    secret_key: str = Field("", description="Signs sessions and links; made and kept if empty.")
    host: str = Field("127.0.0.1", description="Address the web server listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port the web server listens on.")
    allowed_hosts: str = Field("127.0.0.1,localhost,[::1]", description="Host names, by comma.")
    trusted_origins: str = Field("", description="Origins for forms behind a proxy, by comma.")
    secure_cookies: bool = Field(False, description="Send cookies over HTTPS only.")
    time_zone: str = Field("UTC", description="Time zone of pages.")
    database_url: str = Field("", description="postgresql://…; empty: the embedded Postgres.")
    broker_url: str = Field("", description="redis://… or amqp://…; empty: the embedded broker.")
    worker_concurrency: int = Field(1, ge=1, description="Worker processes on this machine.")
    worker_queues: str = Field(
        "media,gpu", pattern="^(media|gpu|media,gpu|gpu,media)$", description="What workers take."
    )
    networks_idle_s: float = Field(
        900.0, ge=0, description="Seconds after which idle workers let networks go; 0: never."
    )
    profile: str = Field(
        "auto", pattern="^(auto|builtin|light|standard|full)$", description="Networks to use."
    )
    detector: str = Field("", description="The detector, by its name, over the profile's.")
    open_set: str = Field("", description="The detector of words, over the profile's; or none.")
    reid: str = Field("", description="The person network, over the profile's.")
    attributes: str = Field("", description="What reads attributes, over the profile's.")
    image_text: str = Field("", description="The joint encoder, over the profile's.")
    scene: str = Field("", description="What names scenes, over the profile's.")
    captions: str = Field("", description="The captioner, over the profile's; or none.")
    captions_url: str = Field("", description="An OpenAI-compatible server for captions.")
    captions_network: str = Field("", description="What that server calls its network.")
    captions_key: str = Field("", description="The key that server wants.")
    device: str = Field(
        "auto", pattern="^(auto|cpu|cuda(:[0-9]+)?)$", description="Where large networks run."
    )
    weights_dir: Path | None = Field(None, description="Pulled weights; empty: state_dir/weights.")
    networks_file: Path | None = Field(None, description="Networks of one's own, as entries.")
    weights_mirror: str = Field("", description="Folder or address to pull weights from.")
    hub_endpoint: str = Field("", description="Another address for the Hugging Face hub.")
    hub_token: str = Field("", description="Token for gated and private repositories of the hub.")
    offline: bool = Field(False, description="Pull nothing over the network.")
    threads: int = Field(0, ge=0, description="Threads per network; 0: as many as cores.")
    max_upload_mb: int = Field(20_000, ge=1, description="Largest file accepted by upload.")
    site_url: str = Field(
        "", pattern="^(https?://[^ ]+)?$", description="Where people reach this server; for links."
    )
    webhooks_private: bool = Field(
        False, description="Let alerts call addresses inside the network."
    )
    email_host: str = Field("", description="The server that sends mail; empty: none is sent.")
    email_port: int = Field(587, ge=1, le=65535, description="Its port.")
    email_user: str = Field("", description="The name to sign in there.")
    email_password: str = Field("", description="The password to sign in there.")
    email_tls: str = Field(
        "starttls", pattern="^(starttls|tls|none)$", description="How mail is kept from readers."
    )
    email_from: str = Field("EveryID <everyid@localhost>", description="Who mail comes from.")
    mcp_token: str = Field("", description="The API token that `manage.py mcp` acts by.")
    rate_read: str = Field("1200/minute", pattern=RATE, description="API reads per token.")
    rate_search: str = Field("240/minute", pattern=RATE, description="API searches per token.")
    rate_export: str = Field("30/minute", pattern=RATE, description="API exports per token.")
    rate_write: str = Field("300/minute", pattern=RATE, description="API changes per token.")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")

    @field_validator("state_dir", "weights_dir", "networks_file")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return value.expanduser().resolve() if value is not None else None

    @property
    def weights_folder(self) -> Path:
        """Where pulled weights lie."""
        return self.weights_dir or self.state_dir / "weights"


_overrides: dict[str, Any] = {}


def override(**values: Any) -> None:
    """Set values of this process over those from outside: for command lines and tests."""
    _overrides.update(values)
    environment.cache_clear()


QUIET = {
    "YOLO_OFFLINE": "true",  # ultralytics asks for a connection when it is imported
    "YOLO_AUTOINSTALL": "false",  # and would install packages by itself
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
"""What keeps vendors' packages from calling home; whoever starts the process may say otherwise."""


def quiet_vendors() -> None:
    """Set ``QUIET``, before any vendor's package is imported."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)


def one_product_at_a_time() -> None:
    """Let a product of matrices use one thread, unless whoever starts the process says otherwise;
    before numpy is imported.

    In a small product threads mostly wait for one another, which took four fifths of the
    processor time of comparing 500 vectors (7.0 → 1.2 ms), while other requests wait for them.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def choose_settings() -> None:
    """Name Django's settings module, unless the caller has named another."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "everyid_site.settings")


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The environment of this process, read once."""
    return Environment(**_overrides)
