"""Takes the README's screenshots from a running `make demo`.

    .venv/bin/python docs/screenshots.py http://127.0.0.1:8000 demo PASSWORD

Needs the test requirements (Playwright) and a Chromium on the PATH.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).parent / "images"
PAGES = {
    "search": "/?q=woman+in+a+red+coat+near+the+beach",
    "people": "/people/",
}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def take(page: Page, address: str, name: str, path: str) -> None:
    """Open one page and keep its picture."""
    page.goto(address + path)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{name}.png")


def main(address: str, user: str, password: str) -> None:
    """Log in and take every picture."""
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.goto(address + "/login/")
        page.fill("input[name=username]", user)
        page.fill("input[name=password]", password)
        page.click("main button[type=submit]")
        page.wait_for_load_state("networkidle")
        for name, path in PAGES.items():
            take(page, address, name, path)
        page.goto(address + PAGES["search"])
        page.click(".moment a")
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(1500)
        page.screenshot(path=FOLDER / "asset.png")
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:4])
