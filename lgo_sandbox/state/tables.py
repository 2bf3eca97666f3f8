"""The tables of a session that are the sandbox's own.

In the *core* store: settings, counters, faults, markers, observations and the journal. In the *data* store, beside the
tables of the services: the agenda, so that an event and its effect are one commit. SQLAlchemy Core only: the journal
writes in groups. Nobody but ``session``, ``faults``, ``markers``, ``journal`` and ``agenda`` reads them.
"""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, MetaData, String, Table, Text

__all__ = [
    "AGENDA",
    "CORE",
    "counters",
    "events",
    "exchanges",
    "faults",
    "findings",
    "markers",
    "observations",
    "values",
]

CORE = MetaData()
AGENDA = MetaData()

values = Table("core_value", CORE, Column("name", String, primary_key=True), Column("value", Text, nullable=False))

counters = Table(
    "core_counter", CORE, Column("name", String, primary_key=True), Column("value", Integer, nullable=False)
)

faults = Table(
    "core_fault",
    CORE,
    Column("id", String, primary_key=True),
    Column("service", String, nullable=False),
    Column("operation", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("value", String, nullable=False),
    Column("client", String, nullable=False),
    Column("remaining", Integer),
    Column("nth", Integer),
    Column("probability", Float),
    Column("seed", String),
    Column("seen", Integer),
)

markers = Table(
    "core_marker",
    CORE,
    Column("id", Integer, primary_key=True),
    Column("at", String, nullable=False),
    Column("name", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("detail", Text, nullable=False),
)

observations = Table(
    "core_observation",
    CORE,
    Column("check_id", String, primary_key=True),
    Column("requirements", Text, nullable=False),
    Column("passed", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("failing", Text, nullable=False),
    Column("passing", Text, nullable=False),
)

exchanges = Table(
    "core_exchange",
    CORE,
    Column("seq", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("service", String, nullable=False),
    Column("door", String, nullable=False),
    Column("operation", String, nullable=False),
    Column("transport", String, nullable=False),
    Column("started", String, nullable=False),
    Column("age", String, nullable=False),
    Column("duration_ms", Float, nullable=False),
    Column("peer", String, nullable=False),
    Column("certificate", String, nullable=False),
    Column("target", String, nullable=False),
    Column("request_headers", Text, nullable=False),
    Column("request_body", LargeBinary, nullable=False),
    Column("request_size", Integer, nullable=False),
    Column("status", Integer, nullable=False),
    Column("response_headers", Text, nullable=False),
    Column("response_body", LargeBinary, nullable=False),
    Column("response_size", Integer, nullable=False),
    Column("outcome", String, nullable=False),
    Column("summary", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("fault", String, nullable=False),
    Column("findings", Integer, nullable=False),
    Column("weight", Integer, nullable=False),
    Index("core_exchange_share", "service", "seq", "weight"),
)

findings = Table(
    "core_finding",
    CORE,
    Column("id", Integer, primary_key=True),
    Column("exchange", String, nullable=False, index=True),
    Column("seq", Integer, nullable=False, index=True),
    Column("check_id", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("value", Text, nullable=False),
)

events = Table(
    "agenda_event",
    AGENDA,
    Column("id", Integer, primary_key=True),
    Column("due", String, nullable=False, index=True),
    Column("what", String, nullable=False),
    Column("payload", Text, nullable=False),
    Column("every", Float),
    Column("attempts", Integer, nullable=False, default=0),
    Column("error", Text, nullable=False, default=""),
    Column("retry", String, nullable=False, default=""),
    sqlite_autoincrement=True,  # a number is given once: whoever cancels an event that ran hits no other
)
