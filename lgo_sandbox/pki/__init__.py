"""The sandbox's own public key infrastructure, generated per installation, in the image of IGC-Santé.

Source: specs/psc.md §5 (names, usages, lifetimes; confidence high), specs/mssante.md §5.1 (RFC 5280 strictness).
Knows certificates, holders and sessions' names; knows no service, no request, no clock but the real one at issue time.
"""

from lgo_sandbox.pki.authority import DEFAULT_CRL_BASE_URL, Pki
from lgo_sandbox.pki.files import PkiError
from lgo_sandbox.pki.holders import Holder, OrganisationHolder, PersonHolder
from lgo_sandbox.pki.issuing import Issued
from lgo_sandbox.pki.judging import Judgement
from lgo_sandbox.pki.names import Ca
from lgo_sandbox.pki.peer import Family, PeerCertificate, host_names, session_of
from lgo_sandbox.pki.profiles import Kind, Variant
from lgo_sandbox.pki.ready import ready_certificates, ready_requests
from lgo_sandbox.pki.requests import Request
from lgo_sandbox.pki.storage import PASSWORD

__all__ = [
    "DEFAULT_CRL_BASE_URL",
    "PASSWORD",
    "Ca",
    "Family",
    "Holder",
    "Issued",
    "Judgement",
    "Kind",
    "OrganisationHolder",
    "PeerCertificate",
    "PersonHolder",
    "Pki",
    "PkiError",
    "Request",
    "Variant",
    "host_names",
    "ready_certificates",
    "ready_requests",
    "session_of",
]
