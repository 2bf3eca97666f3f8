"""What the operator keeps of a session: folders, messages, and the exact octets of every message."""

from .mail import Store
from .tables import Base
from .values import Copied, FolderError, FolderRow, MessageRow, New

__all__ = ["Base", "Copied", "FolderError", "FolderRow", "MessageRow", "New", "Store"]
