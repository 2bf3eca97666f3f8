"""The reference client at a DMP over real sockets, and people at its sites."""

from support.dmp_fixtures import dmp, dmp_doors, sites

__all__ = ["dmp", "dmp_doors", "sites"]
