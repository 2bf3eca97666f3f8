"""The DMP over real sockets, and the pages of its sites."""

from support.dmp_fixtures import dmp, dmp_doors, sites

__all__ = ["dmp", "dmp_doors", "sites"]
