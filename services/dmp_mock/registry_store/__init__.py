"""The registry and the repository of a session: entries by version, lots, associations, documents.

Source: docs/sources/dmp.md#remplacement, #versions. Rooms, lowest first: ``tables``, ``rows``, ``older``,
``reading``, ``writing``.
"""

from dmp_mock.registry_store.older import fill_in
from dmp_mock.registry_store.reading import (
    content_of,
    current_entry,
    entries_by,
    entries_of,
    entry_by_uuid,
    entry_of,
    find_entries,
    find_sets,
    known_unique_ids,
    last_fed,
    links_of,
    sets_by,
    stored_octets,
    summaries,
)
from dmp_mock.registry_store.tables import Base
from dmp_mock.registry_store.writing import change_status, store_lot

__all__ = [
    "Base",
    "change_status",
    "content_of",
    "current_entry",
    "entries_by",
    "entries_of",
    "entry_by_uuid",
    "entry_of",
    "fill_in",
    "find_entries",
    "find_sets",
    "known_unique_ids",
    "last_fed",
    "links_of",
    "sets_by",
    "store_lot",
    "stored_octets",
    "summaries",
]
