"""How the user gets to Pro Santé Connect and back: in the workstation's browser, or unattended for demonstrations.

Source: specs/psc.md §4.1 EXI 25/26 (a thick client uses the external browser), RFC 8252 §7.3 (loopback redirect).
"""

from __future__ import annotations

import threading
import time
import webbrowser
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urljoin, urlsplit

import httpx

__all__ = ["external_browser", "unattended_browser"]

LOGIN_SECONDS = 180.0
SILENCE_SECONDS = 5.0
"""Browsers open connections that they may not use: such a one must not hold the only place."""
MAX_STEPS = 20

GOODBYE = "<!doctype html><html lang=fr><title>Connexion</title><p>Connexion terminée : revenez au logiciel."


def external_browser(url: str, redirect_uri: str) -> str:
    """Open the system's browser and wait at the loopback redirect URI. Raises TimeoutError."""
    received: list[str] = []
    target = urlsplit(redirect_uri)

    class Callback(BaseHTTPRequestHandler):
        timeout = SILENCE_SECONDS

        def do_GET(self) -> None:
            back = urljoin(redirect_uri, self.path)
            if urlsplit(back).path != target.path:
                self.send_error(404)
                return
            received.append(back)
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(GOODBYE.encode())

        def log_message(self, format: str, *args: object) -> None:
            return

    with HTTPServer((target.hostname or "127.0.0.1", target.port or 80), Callback) as server:
        threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
        deadline = time.monotonic() + LOGIN_SECONDS
        while not received and (left := deadline - time.monotonic()) > 0:
            server.timeout = left
            server.handle_request()
    if not received:
        raise TimeoutError("la connexion n'a pas été terminée dans le navigateur")
    return received[0]


def unattended_browser(http: httpx.Client, approve: Callable[[], None]) -> Callable[[str, str], str]:
    """Return a browser without a person: follows the pages, and lets ``approve`` accept in the e-CPS simulator.

    ``http`` keeps the cookies; raises RuntimeError when the pages lead nowhere.
    """

    def browse(url: str, redirect_uri: str) -> str:
        for _ in range(MAX_STEPS):
            page = http.get(url, follow_redirects=False)
            if page.has_redirect_location:
                url = urljoin(url, page.headers["location"])
                if url.startswith(redirect_uri):
                    return url
            elif page.status_code == httpx.codes.OK:
                approve()
            else:
                raise RuntimeError(f"Pro Santé Connect a répondu {page.status_code} à {url}")
        raise RuntimeError("la connexion ne mène pas au logiciel")

    return browse
