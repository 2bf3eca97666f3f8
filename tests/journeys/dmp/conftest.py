"""The reference client at a DMP over real sockets."""

from support.dmp_fixtures import dmp, dmp_doors

__all__ = ["dmp", "dmp_doors"]
