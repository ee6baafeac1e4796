"""Settings of the tests: the same as everywhere, in a scratch folder, without a broker.

The database's address is filled in by ``tests/conftest.py``, which starts Postgres.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path

from everyid_site.env import override

_SCRATCH = Path(tempfile.mkdtemp(prefix="everyid-test-"))
atexit.register(shutil.rmtree, _SCRATCH, ignore_errors=True)
override(
    state_dir=_SCRATCH,
    secret_key="only-for-tests",  # noqa: S106
    debug=False,
    profile="builtin",
    weights_dir=None,
    networks_file=None,
    weights_mirror="",
    broker_url="memory://",
    threads=1,
)

from everyid_site.settings import *  # noqa: E402, F403

RATES = dict.fromkeys(("read", "search", "export", "write"), "")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
ALLOWED_HOSTS = ["*"]
(_SCRATCH / "static").mkdir()  # whitenoise warns where it is not
(_SCRATCH / "media").mkdir()
(_SCRATCH / "uploads").mkdir(exist_ok=True)
