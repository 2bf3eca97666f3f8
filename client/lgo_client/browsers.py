"""How the user gets to Pro Santé Connect and back: in the workstation's browser, or unattended for demonstrations.

Source: specs/psc.md §4.1 EXI 25/26 (a thick client uses the external browser), RFC 8252 §7.3 (loopback redirect).
"""

from __future__ import annotations

import threading
import webbrowser
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urljoin, urlsplit

import httpx

__all__ = ["external_browser", "unattended_browser"]

LOGIN_SECONDS = 180
MAX_STEPS = 20

GOODBYE = "<!doctype html><html lang=fr><title>Connexion</title><p>Connexion terminée : revenez au logiciel."


def external_browser(url: str, redirect_uri: str) -> str:
    """Open the system's browser and wait at the loopback redirect URI. Raises TimeoutError."""
    received: list[str] = []

    class Callback(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            received.append(urljoin(redirect_uri, self.path))
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(GOODBYE.encode())

        def log_message(self, format: str, *args: object) -> None:
            return

    target = urlsplit(redirect_uri)
    with HTTPServer((target.hostname or "127.0.0.1", target.port or 80), Callback) as server:
        server.timeout = LOGIN_SECONDS
        threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
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
            if page.is_redirect:
                url = urljoin(url, page.headers["location"])
                if url.startswith(redirect_uri):
                    return url
            elif page.status_code == httpx.codes.OK:
                approve()
            else:
                raise RuntimeError(f"Pro Santé Connect a répondu {page.status_code} à {url}")
        raise RuntimeError("la connexion ne mène pas au logiciel")

    return browse
