"""The system's Chromium for tests and benchmarks of the player, or the reason why there is none."""

import importlib.util
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DESKTOP = (1280, 800)
PHONE = (390, 844)
MISSING = "no Chromium on this machine (install the system's package chromium, and playwright for Python)"


def chromium() -> str | None:
    """Path of the system's Chromium; None if it or Playwright is missing."""
    if importlib.util.find_spec("playwright") is None:
        return None
    named = os.environ.get("VRAEM_CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def browser() -> "Iterator[Browser]":
    """The browser, without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        try:
            yield started
        finally:
            started.close()


@contextmanager
def browser_page(started: "Browser", size: tuple[int, int] = DESKTOP, **context: Any) -> "Iterator[Page]":
    """A fresh page of `size` that shares nothing with others; further options are those of a browser context."""
    page = started.new_page(viewport={"width": size[0], "height": size[1]}, **context)
    try:
        yield page
    finally:
        page.context.close()
