"""The reference client at the mail operator, over real sockets."""

from support.mss_fixtures import operator, tenant

__all__ = ["operator", "tenant"]
