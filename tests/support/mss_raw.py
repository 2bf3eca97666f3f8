"""Raw clients of a mail port: lines in, lines out, TLS on demand."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping

__all__ = ["TIMEOUT", "Raw", "Raws"]

TIMEOUT = 20
CHUNK = 65536


class Raw:
    """One connection."""

    def __init__(self, port: int) -> None:
        self.sock: socket.socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
        self.buffer = b""

    def send(self, octets: bytes) -> None:
        """Send octets as they are."""
        self.sock.sendall(octets)

    def line(self) -> bytes:
        """Return a line without its end; empty when the peer closed."""
        while b"\r\n" not in self.buffer:
            try:
                chunk = self.sock.recv(CHUNK)
            except (ConnectionResetError, ssl.SSLError):
                chunk = b""
            if not chunk:
                rest, self.buffer = self.buffer, b""
                return rest
            self.buffer += chunk
        line, _, self.buffer = self.buffer.partition(b"\r\n")
        return line

    def ask(self, octets: bytes) -> bytes:
        """Send a line; return the next one."""
        self.send(octets + b"\r\n")
        return self.line()

    def reply(self, octets: bytes) -> list[bytes]:
        """Send an SMTP command; return all lines of the reply."""
        self.send(octets + b"\r\n")
        lines = [self.line()]
        while lines[-1][3:4] == b"-":
            lines.append(self.line())
        return lines

    def command(self, octets: bytes, tag: bytes = b"t") -> list[bytes]:
        """Send an IMAP command; return the lines up to its tagged response."""
        self.send(tag + b" " + octets + b"\r\n")
        lines = [self.line()]
        while not lines[-1].startswith((tag + b" ", b"* BYE")) and lines[-1]:
            lines.append(self.line())
        return lines

    def secure(self, context: ssl.SSLContext) -> None:
        """Go on in TLS."""
        self.sock = context.wrap_socket(self.sock, server_hostname="localhost")

    def close(self) -> None:
        """Leave."""
        self.sock.close()


class Raws:
    """Opens raw connections to a door by its name, and closes them all."""

    def __init__(self, ports: Mapping[str, int]) -> None:
        self._ports = ports
        self._opened: list[Raw] = []

    def __call__(self, door: str) -> Raw:
        """Return a new connection to ``smtp`` or ``imap``."""
        self._opened.append(Raw(self._ports[door]))
        return self._opened[-1]

    def close(self) -> None:
        """Close what was opened."""
        for raw in self._opened:
            raw.close()
