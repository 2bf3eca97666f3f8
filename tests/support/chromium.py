"""A real browser, and the little sites that it visits: Chromium through Playwright, skipped where either is absent."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize

__all__ = ["PHONE", "Windows", "follow", "launched", "serving"]

CHROMIUM = os.environ.get("LGO_SANDBOX_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
BLANK = b"<!doctype html><title>page</title>"
EMPTY = "about:blank"
STOP_SECONDS = 0.02
"""How long it may take until a server notices that it is to stop."""
PHONE: ViewportSize = {"width": 390, "height": 844}
HURRY = "(later => { globalThis.setInterval = (act, ms, ...more) => later(act, ms / 5, ...more); })(setInterval)"
"""Pages that ask again after some seconds ask again sooner: what a test shows of them is no test of patience."""


class Windows:
    """The windows of a browser, each with cookies of its own, lent to a test and emptied after it.

    To open one costs more than all that a test does in it: a process for each page, and one in reserve.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._kept: list[tuple[dict[str, Any], BrowserContext]] = []
        self._lent: list[tuple[dict[str, Any], BrowserContext]] = []

    def open(self, **options: Any) -> Page:
        """Return the page of a window that nobody uses, one that has these options."""
        options.setdefault("ignore_https_errors", True)
        found = next((one for one in self._kept if one[0] == options), None)
        if found is None:
            context = self._browser.new_context(**options)
            context.add_init_script(HURRY)
            context.new_page()
            found = (options, context)
        else:
            self._kept.remove(found)
        self._lent.append(found)
        return found[1].pages[0]

    def phone(self) -> Page:
        """Return the page of a telephone."""
        return self.open(viewport=PHONE, is_mobile=True)

    def forget(self) -> None:
        """Take back what was lent, without cookies, further pages, answers made up, or a page that goes on."""
        while self._lent:
            options, context = self._lent.pop()
            first, *further = context.pages
            for page in further:
                page.close()
            first.unroute_all()
            first.goto(EMPTY)
            context.clear_cookies()
            self._kept.append((options, context))


def follow(way: Locator) -> None:
    """Click what leads to another page, and be there: a busy machine shows the old page for a while after a click."""
    with way.page.expect_navigation():
        way.click()


@contextmanager
def launched() -> Iterator[Browser]:
    """Start a browser, closed after the block."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not Path(CHROMIUM).exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    with playwright.sync_playwright() as started:
        browser: Browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def serving(files: Mapping[str, bytes]) -> Iterator[str]:
    """Serve a site at a loopback port; give its origin. What it has not is a blank page."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            body = files.get(path, BLANK)
            self.send_response(200)
            self.send_header("Content-Type", "text/javascript" if path.endswith(".js") else "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, args=(STOP_SECONDS,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
