"""The TLS context of a client that uses no TLS.

Without one, httpx reads all authorities of the world for each client: that takes it longer than a dozen requests.
"""

from __future__ import annotations

import ssl

__all__ = ["NO_TLS"]

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""It trusts nobody."""
