"""The mail operator for clients that other people wrote."""

from support.mss_fixtures import operator, tenant

__all__ = ["operator", "tenant"]
