"""The HTTP side of the proxy e-Santé: four addresses, a cookie, and the relay of what is sent.

Source: specs/psc.md §3.4 (contract), §11.2. What is relayed keeps method, path, query, body and headers, but for those
of the connection, the cookie of the proxy and any ``Authorization``. It listens on the loopback unless told otherwise.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx

from lgo_client.proxy.sessions import NOT_FOUND, UNAVAILABLE, Connection, Proxy, ProxyRefused, state_of
from lgo_client.proxy.traces import Caller, Relayed

__all__ = ["COOKIE", "ProxyServer"]

COOKIE = "proxy_session_id"
MAX_BODY = 32 * 1024 * 1024
SILENCE_SECONDS = 30.0
STOP_SECONDS = 0.05
"""How long it may take until a stop is noticed."""
JSON = "application/json; charset=utf-8"
BAD_REQUEST, TOO_LARGE, LENGTH_REQUIRED, NOT_ALLOWED = 400, 413, 411, 405
NO_CONTENT = 204
GATEWAY_ERRORS = frozenset({502, 503, 504})
"""What an API answers when it is down: told as 503."""
NOT_RELAYED = frozenset(
    {
        "authorization",
        "connection",
        "content-length",
        "cookie",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
NOT_GIVEN_BACK = NOT_RELAYED | {"content-encoding", "set-cookie"}


class ProxyServer:
    """A proxy on a socket. ``port`` 0: any free one."""

    def __init__(self, proxy: Proxy, host: str = "127.0.0.1", port: int = 0) -> None:
        handler = type("Handler", (_Handler,), {"proxy": proxy})
        self._server = _Server((host, port), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(STOP_SECONDS,), daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def start(self) -> None:
        """Serve in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Serve no more; connections that wait for another request are hung up."""
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    """A server that knows its connections, so that none is left open when it ends."""

    daemon_threads = False

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._connections: set[socket.socket] = set()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Keep a connection in mind."""
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection that ends."""
        self._connections.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End every connection; whoever waits on one is told."""
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    proxy: Proxy
    protocol_version = "HTTP/1.1"
    timeout = SILENCE_SECONDS

    def do_GET(self) -> None:
        self._answered()

    def do_POST(self) -> None:
        self._answered()

    def do_PUT(self) -> None:
        self._answered()

    def do_PATCH(self) -> None:
        self._answered()

    def do_DELETE(self) -> None:
        self._answered()

    def log_message(self, format: str, *args: object) -> None:
        return

    def _answered(self) -> None:
        asked: Connection | None = None
        try:
            body = self._body()
            url = urlsplit(self.path)
            if url.path == "/connect":
                self._only("POST")
                asked = _connection(body)
                self._connect(asked)
            elif url.path.startswith("/send/"):
                self._send(url.path, url.query, body)
            elif url.path == "/traces":
                self._only("GET")
                self._traces(url.query)
            elif url.path == "/disconnect":
                self._only("POST", "DELETE")
                self.proxy.disconnect(self._cookie(), self._caller())
                self._write(
                    200, b"", JSON, [("Set-Cookie", f"{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict")]
                )
            else:
                raise ProxyRefused(NOT_FOUND, "adresse", "adresses : /connect, /send/<route>/…, /traces, /disconnect")
        except ProxyRefused as refused:
            about = {"nationalId": asked.national_id, "clientId": asked.client_id} if asked else {}
            told = {"code": str(refused.status), "message": str(refused), "metadata": about}
            self._write(refused.status, _json(told), JSON)

    def _connect(self, asked: Connection) -> None:
        status, session = self.proxy.connect(asked, self._cookie(), self._caller())
        cookie = f"{COOKIE}={session.id}; Path=/; HttpOnly; SameSite=Strict"
        told = _json({"proxy_session_id": session.id, "session_state": state_of(session)})
        self._write(status, told if status == httpx.codes.OK else b"", JSON, [("Set-Cookie", cookie)])

    def _send(self, path: str, query: str, body: bytes) -> None:
        session = self.proxy.session(self._cookie())
        name, _, rest = path.removeprefix("/send/").partition("/")
        route = self.proxy.routes.get(name)
        if route is None:
            raise ProxyRefused(NOT_FOUND, "route", f"routes : {', '.join(sorted(self.proxy.routes))}")
        if any(unquote(segment) in (".", "..") for segment in rest.split("/")):
            raise ProxyRefused(BAD_REQUEST, "chemin", "un chemin ne remonte pas")
        relayed = [(n, v) for n, v in self.headers.items() if n.lower() not in NOT_RELAYED]
        relayed.append(("Authorization", f"Bearer {self.proxy.token(session, route)}"))
        # Octets as they came: a header may hold more than ASCII.
        headers = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in relayed]
        url = f"{route.url}/{rest}" + (f"?{query}" if query else "")
        self.proxy.sent(session, self._caller(), Relayed(name, self.command, f"/{rest}"))
        try:
            answer = self.proxy.http.request(self.command, url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProxyRefused(UNAVAILABLE, "api", f"l'API {name} ne répond pas") from error
        if answer.status_code in GATEWAY_ERRORS:
            raise ProxyRefused(UNAVAILABLE, "api", f"l'API {name} est indisponible ({answer.status_code})")
        back = [(n, v) for n, v in answer.headers.multi_items() if n.lower() not in (*NOT_GIVEN_BACK, "content-type")]
        self._write(answer.status_code, answer.content, answer.headers.get("content-type", ""), back)

    def _traces(self, query: str) -> None:
        asked = {name: values[-1] for name, values in parse_qs(query).items()}
        if "start" not in asked:
            raise ProxyRefused(BAD_REQUEST, "start", "donnez le début de la période : start, une date ISO 8601")
        start, end = (_moment(name, asked.get(name)) for name in ("start", "end"))
        self._write(200, _json([trace.to_json() for trace in self.proxy.traces.between(start, end)]), JSON)

    def _only(self, *methods: str) -> None:
        if self.command not in methods:
            raise ProxyRefused(NOT_ALLOWED, "methode", f"méthode attendue : {' ou '.join(methods)}")

    def _body(self) -> bytes:
        told = self.headers.get("content-length", "0")
        if self.headers.get("transfer-encoding") or not (told.isascii() and told.isdigit()):
            self.close_connection = True
            raise ProxyRefused(LENGTH_REQUIRED, "longueur", "annoncez le corps par Content-Length")
        if int(told) > MAX_BODY:
            self.close_connection = True
            raise ProxyRefused(TOO_LARGE, "longueur", f"{MAX_BODY} octets au plus")
        return self.rfile.read(int(told))

    def _cookie(self) -> str:
        try:
            found = SimpleCookie(self.headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            return ""
        return found.value if found else ""

    def _caller(self) -> Caller:
        return Caller(str(self.client_address[0]), int(self.client_address[1]))

    def _write(self, status: int, body: bytes, media: str, headers: Iterable[tuple[str, str]] = ()) -> None:
        self.send_response(status)
        for name, value in headers:
            if name.lower() != "date":
                self.send_header(name, value)
        if media and body:
            self.send_header("Content-Type", media)
        if status not in (NO_CONTENT, httpx.codes.NOT_MODIFIED):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _connection(body: bytes) -> Connection:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise ProxyRefused(
            BAD_REQUEST, "corps", "le corps est un objet JSON : nationalId, bindingMessage, clientId, channel"
        )
    names = ("nationalId", "bindingMessage", "clientId", "channel")
    return Connection(*(_text(content, name) for name in names))


def _text(content: dict[str, Any], name: str) -> str:
    value = content.get(name, "")
    if not isinstance(value, str):
        raise ProxyRefused(BAD_REQUEST, name, f"{name} est un texte")
    return value


def _moment(name: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        # The sign of an offset is a space once a form is read.
        moment = datetime.fromisoformat(text.strip().replace(" ", "+"))
    except ValueError:
        raise ProxyRefused(BAD_REQUEST, name, f"{name} est une date ISO 8601") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
