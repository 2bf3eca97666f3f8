"""Settings of one running sandbox, from flags, environment (``LGO_SANDBOX_*``) or a caller.

Source: design of the project (ports, state, limits). Sizes are bytes, durations seconds.
Must not know any service by name: per-service limits come from the service's own contract.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from lgo_sandbox.population.crowd import CAPACITY

__all__ = ["DEFAULT_SESSION", "Settings"]

DEFAULT_SESSION = "default"
KIB = 1024
MIB = 1024 * KIB


class Settings(BaseSettings):
    """What a user may set. Every field can be given as ``LGO_SANDBOX_<NAME>``."""

    model_config = SettingsConfigDict(env_prefix="LGO_SANDBOX_", extra="ignore")

    host: str = "127.0.0.1"
    public: bool = False
    """Allow a bind outside loopback."""
    port_base: Annotated[int, Field(ge=0, le=60000)] | None = None
    """Control port; the others follow. ``None``: the default ports. ``0``: free ports."""
    state: Path = Path(".lgo-sandbox")
    session: str = DEFAULT_SESSION
    """The session of requests that name none."""
    replica: bool = False
    """Serve beside another process that serves the same services of this state directory, behind one address."""
    plain_ports: bool = True
    """Open the ports without TLS, on which a missing client certificate is waived."""
    bad_servers: bool = False
    """Open the listeners that a client must refuse too: old TLS, weak suites, bad certificates."""
    psc_issuer: str | None = None
    """Root of the PSC authorization host; by default its TLS address."""
    service_urls: dict[str, str] = {}
    """Addresses of doors that another process or host serves: ``{"psc": "http://psc:8081"}``."""
    published_host: str = ""
    """Where clients reach, on their usual ports, the doors that other processes serve (containers of one sandbox)."""
    generated_people: Annotated[int, Field(ge=0, le=CAPACITY)] = 0
    """How many generated people (``lgo_sandbox.population.crowd``) the services know beside the reference patients."""
    artefacts: Path | None = None
    """Folder with the official CDA schemas and samples."""
    personas: Path | None = None
    """File of further professionals (YAML, JSON or TOML), whom every service then knows."""
    service_files: dict[str, Path] = {}
    """Files that services read, by the name that a service gives them: ``{"psc.clients": "clients.yaml"}``."""
    public_names: tuple[str, ...] = ()
    """More host names for the TLS server certificate."""

    journal_exchanges: int = 10_000
    journal_bytes: int = 64 * MIB
    journal_memory_bytes: int = 16 * MIB
    """What the journal of a session that lives in memory keeps."""
    journal_body_bytes: int = 1 * MIB
    """What the journal keeps of one body; the rest is cut and the record says so."""
    journal_flush_seconds: float = 0.2
    journal_flush_exchanges: int = 256
    header_bytes: int = 64 * KIB
    """How long the head of an HTTP request may be."""
    header_lines: int = 200
    """How many headers an HTTP request may have."""
    head_seconds: float = 20.0
    """How long the head of a request, or a TLS handshake, may take."""
    body_seconds: float = 30.0
    """How long a body may take, beside what its size needs at ``body_bytes_per_second``."""
    body_bytes_per_second: Annotated[int, Field(ge=1)] = 16 * KIB
    answer_seconds: float = 60.0
    """How long a client may leave an answer unread."""
    bodies_bytes: int = 256 * MIB
    """What all request bodies that are being read or served may weigh together; further ones wait."""
    bodies_wait_seconds: float = 5.0
    """How long a body waits for room before its request is refused."""
    max_sessions: int = 500
    control_body_bytes: int = 1 * MIB
    validate_body_bytes: int = 40 * MIB
    """The largest file that the control API validates."""
    dump_bytes: int = 256 * MIB
    """The largest session archive that the control API takes."""
