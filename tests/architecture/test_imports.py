"""The import rules: import-linter's contracts, and what a process loads."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.architecture.source import ROOT

HEAVY = ("torch", "transformers", "ultralytics", "open_clip", "onnxruntime", "openvino")
URLS = """
import sys
from everyid_site.env import choose_settings, override
override(state_dir=sys.argv[1], secret_key="x")
choose_settings()
import django
django.setup()
import everyid_site.urls
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_the_contracts_of_import_linter_hold() -> None:
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    result = subprocess.run(
        [sys.executable, "-c", code, "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_web_process_loads_no_heavy_vendor(tmp_path: object) -> None:
    result = subprocess.run(
        [sys.executable, "-c", URLS, str(tmp_path)],
        cwd=ROOT,
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert not set(HEAVY) & set(result.stdout.split())
