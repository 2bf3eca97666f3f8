"""The DMP from an LGO: ``client`` calls the transactions, ``registry`` changes documents.

``delta`` learns what changed, ``queue`` keeps and sends what waits, ``records`` what is known of each patient,
``desk`` decides what may be called.
"""

from lgo_client.dmp.client import Dmp, DmpUnavailable
from lgo_client.dmp.hl7 import Access
from lgo_client.dmp.lots import Lot

__all__ = ["Access", "Dmp", "DmpUnavailable", "Lot"]
