"""What the operator keeps of a session: folders, messages, their exact octets, and what was derived from them.

Rooms, lowest first: ``tables``, ``values``, ``statements``, ``hot`` (plain SQL for what happens all the time), ``news``
(who is told), ``mail``.
"""

from mss_mock.store.mail import Store
from mss_mock.store.news import waiting
from mss_mock.store.tables import Base
from mss_mock.store.values import (
    Copied,
    Derived,
    FolderError,
    FolderRow,
    Found,
    MessageRow,
    New,
    Shown,
    State,
    flag_set,
)

__all__ = [
    "Base",
    "Copied",
    "Derived",
    "FolderError",
    "FolderRow",
    "Found",
    "MessageRow",
    "New",
    "Shown",
    "State",
    "Store",
    "flag_set",
    "waiting",
]
