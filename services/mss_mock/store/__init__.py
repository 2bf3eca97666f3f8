"""What the operator keeps of a session: folders, messages, and the exact octets of every message."""

from mss_mock.store.mail import Store
from mss_mock.store.tables import Base
from mss_mock.store.values import Copied, FolderError, FolderRow, MessageRow, New

__all__ = ["Base", "Copied", "FolderError", "FolderRow", "MessageRow", "New", "Store"]
