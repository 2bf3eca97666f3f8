"""Reading the VIHF out of a message, and verifying its signature.

Source: docs/sources/dmp.md#enveloppe (wsse:Security holds the assertion directly), #vihf. Rules are the domain's.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from dmp_mock.codes import vihf as names
from dmp_mock.domain.errors import Refused
from dmp_mock.domain.values import Coded
from dmp_mock.domain.vihf import Vihf
from dmp_mock.wire.messages import WSSE, Message
from lgo_sandbox.watch.wording import counted
from lgo_sandbox.wire.saml import SAML, Assertion, BadAssertion, read_assertion
from lgo_sandbox.wire.signature import SignatureReport, verify_enveloped_signature

__all__ = ["ReadVihf", "read_vihf"]


@dataclass(frozen=True, slots=True)
class ReadVihf:
    """A VIHF and the report on its signature (None: unsigned)."""

    vihf: Vihf
    report: SignatureReport | None


def read_vihf(message: Message) -> ReadVihf:
    """Return the VIHF of a message. Raises Refused when there is none, several, or one that reads in no single way."""
    element = _assertion(message)
    try:
        assertion = read_assertion(element)
    except BadAssertion as error:
        raise Refused(
            "vihf",
            error.reason,
            received=error.reason,
            expected="une assertion SAML 2.0 qui se lit d'une seule façon",
            where="wsse:Security/saml2:Assertion",
            remedy="Corrigez l'assertion là où le dit ce constat.",
        ) from error
    report = verify_enveloped_signature(element, accept_sha1=True) if assertion.signed else None
    return ReadVihf(_vihf(assertion), report)


def _assertion(message: Message) -> etree._Element:
    security = [block for block in message.envelope.headers if block.tag == f"{{{WSSE}}}Security"]
    found = [assertion for block in security for assertion in block.iterchildren(f"{{{SAML}}}Assertion")]
    if len(found) != 1:
        raise Refused(
            "vihf-absent",
            received=counted(len(found), "assertion"),
            expected="une assertion SAML 2.0, et une seule",
            where="Envelope/Header/wsse:Security",
        )
    return found[0]


def _vihf(assertion: Assertion) -> Vihf:
    conditions = assertion.conditions
    return Vihf(
        saml_version=assertion.version,
        issuer=assertion.issuer,
        issuer_format=assertion.issuer_format,
        name_id=assertion.name_id,
        issued=assertion.issue_instant,
        authn_instant=assertion.authn_instant,
        authn_class=assertion.authn_context_class,
        authn_decl=assertion.authn_context_decl,
        not_before=conditions.not_before if conditions else None,
        not_on_or_after=conditions.not_on_or_after if conditions else None,
        has_audience=bool(conditions and conditions.audiences),
        signed=assertion.signed,
        texts={name: assertion.text(name) or "" for name in assertion.attributes},
        modes=frozenset(_mode_values(assertion)),
        roles=_coded(assertion, names.ROLE),
        purposes=_coded(assertion, names.PURPOSE),
        id=assertion.id,
    )


def _mode_values(assertion: Assertion) -> list[str]:
    return [str(value) for name in names.MODE_SPELLINGS for value in assertion.values(name)]


def _coded(assertion: Assertion, name: str) -> tuple[Coded, ...]:
    return tuple(Coded(value.code, value.code_system, value.display_name) for value in assertion.codes(name))
