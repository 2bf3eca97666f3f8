"""The proof of every requirement that the wire decides: which parts must have been seen, as data.

Source: docs/sources/requirements.md. A requirement without an entry never passes. Knows requirement and check ids, no
service.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from lgo_sandbox.conformance.proofs.dmp import DMP
from lgo_sandbox.conformance.proofs.ins import INS
from lgo_sandbox.conformance.proofs.model import Part, Proof
from lgo_sandbox.conformance.proofs.mss import MSS
from lgo_sandbox.conformance.proofs.psc import PSC
from lgo_sandbox.conformance.proofs.unseen import UNSEEN

__all__ = ["PROOFS", "UNSEEN", "Part", "Proof"]

PROOFS: Mapping[str, Proof] = MappingProxyType({**INS, **MSS, **DMP, **PSC})
"""Requirement id → its proof."""
