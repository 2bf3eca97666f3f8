"""lgo-sandbox: the French national health services, simulated on one machine.

The core: what every service is given (sessions, clock, journal, PKI…) and what runs them. It knows no service by name.
"""

from __future__ import annotations

from importlib.metadata import version

__all__ = ["__version__"]

__version__ = version("lgo-sandbox")
