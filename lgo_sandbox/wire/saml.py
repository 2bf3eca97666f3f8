"""Reading a SAML 2.0 assertion, such as the VIHF, into plain values.

Source: SAML 2.0 core §2, HL7v3 coded values (type CE) as attribute values per XSPA: specs/dmp.md §2.1, specs/insi.md
§3; confidence high. Absent things stay absent: which ones a service requires is its rule. Only what cannot be read in
one way is refused. Text is read through comments, which a signature does not cover. Knows no service, trust or clock.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeAlias

from lxml import etree

from lgo_sandbox.wire.quoting import quoted

__all__ = ["HL7", "SAML", "Assertion", "AttributeValue", "BadAssertion", "CodedValue", "Conditions", "read_assertion"]

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
HL7 = "urn:hl7-org:v3"

_DS_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?", re.ASCII)
_MAX_VALUES = 500
_STRING = etree.XPath("string()")


class BadAssertion(ValueError):
    """The element is no SAML 2.0 assertion that reads in one way; ``reason`` in French."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class CodedValue:
    """An HL7v3 CE value, such as Role or PurposeOfUse; "" for what is absent. ``element`` is its local name."""

    code: str
    code_system: str = ""
    display_name: str = ""
    code_system_name: str = ""
    element: str = ""


AttributeValue: TypeAlias = str | CodedValue


@dataclass(frozen=True, slots=True)
class Conditions:
    """The validity window (either end may be open) and the audiences."""

    not_before: datetime | None = None
    not_on_or_after: datetime | None = None
    audiences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assertion:
    """An assertion as written: "" or None for what is absent, instants in UTC, attribute values in document order.

    Values of two attributes of the same name follow each other. ``signed`` says that a signature is present, no more.
    """

    id: str
    version: str
    issue_instant: datetime | None
    issuer: str
    issuer_format: str
    name_id: str
    name_qualifier: str
    name_format: str
    conditions: Conditions | None
    authn_instant: datetime | None
    authn_context_class: str
    authn_context_decl: str
    attributes: Mapping[str, tuple[AttributeValue, ...]] = field(default_factory=dict)
    signed: bool = False

    def values(self, name: str) -> tuple[AttributeValue, ...]:
        """Return the values of an attribute, none when it is absent."""
        return self.attributes.get(name, ())

    def text(self, name: str) -> str | None:
        """Return the first value of an attribute as text (the code of a coded value), None when absent."""
        first = next(iter(self.values(name)), None)
        return first.code if isinstance(first, CodedValue) else first

    def codes(self, name: str) -> tuple[CodedValue, ...]:
        """Return the coded values of an attribute."""
        return tuple(value for value in self.values(name) if isinstance(value, CodedValue))


def read_assertion(element: etree._Element) -> Assertion:
    """Return the values of a ``saml2:Assertion`` element.

    Raises BadAssertion for another element, a missing ID, an instant that is no xs:dateTime, a part given twice
    (issuer, subject, name id, conditions, authentication), an attribute without a name, or far too many values.
    """
    if element.tag != _saml("Assertion"):
        raise BadAssertion("l'élément n'est pas une assertion SAML 2.0")
    issuer, name_id = _only(element, "Issuer"), _only(element, "Subject/NameID")
    statement = _only(element, "AuthnStatement")
    return Assertion(
        id=_id(element),
        version=element.get("Version") or "",
        issue_instant=_instant(element, "IssueInstant"),
        issuer=_text(issuer),
        issuer_format=_attribute(issuer, "Format"),
        name_id=_text(name_id),
        name_qualifier=_attribute(name_id, "NameQualifier"),
        name_format=_attribute(name_id, "Format"),
        conditions=_conditions(_only(element, "Conditions")),
        authn_instant=_instant(statement, "AuthnInstant"),
        authn_context_class=_text(_only(statement, "AuthnContext/AuthnContextClassRef")),
        authn_context_decl=_text(_only(statement, "AuthnContext/AuthnContextDecl")),
        attributes=_attributes(element),
        signed=element.find(_DS_SIGNATURE) is not None,
    )


def _saml(name: str) -> str:
    return f"{{{SAML}}}{name}"


def _only(parent: etree._Element | None, path: str) -> etree._Element | None:
    """Return the element at a path of SAML names; None when a step is absent, BadAssertion when one is there twice."""
    for name in path.split("/"):
        if parent is None:
            return None
        found = parent.findall(_saml(name))
        if len(found) > 1:
            raise BadAssertion(f"{name} est présent {len(found)} fois")
        parent = found[0] if found else None
    return parent


def _id(element: etree._Element) -> str:
    if not (value := element.get("ID")):
        raise BadAssertion("l'assertion n'a pas d'ID")
    return value


def _text(element: etree._Element | None) -> str:
    if element is None:
        return ""
    return (str(_STRING(element)) if len(element) else element.text or "").strip()


def _attribute(element: etree._Element | None, name: str) -> str:
    return "" if element is None else element.get(name) or ""


def _instant(element: etree._Element | None, name: str) -> datetime | None:
    """Read an xs:dateTime; without a zone it is UTC (SAML 2.0 core §1.3.3)."""
    text = _attribute(element, name).strip()
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text if _DATE_TIME.fullmatch(text) else "")
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise BadAssertion(f"{name} n'est pas une date et heure : {quoted(text, 60)}") from error


def _conditions(element: etree._Element | None) -> Conditions | None:
    if element is None:
        return None
    audiences = tuple(map(_text, element.findall(f"{_saml('AudienceRestriction')}/{_saml('Audience')}")))
    return Conditions(_instant(element, "NotBefore"), _instant(element, "NotOnOrAfter"), audiences)


def _attributes(element: etree._Element) -> dict[str, tuple[AttributeValue, ...]]:
    found: dict[str, list[AttributeValue]] = {}
    path = f"{_saml('AttributeStatement')}/{_saml('Attribute')}"
    for attribute in element.iterfind(path):
        if not (name := attribute.get("Name")):
            raise BadAssertion("un attribut n'a pas de nom")
        found.setdefault(name, []).extend(map(_value, attribute.iterfind(_saml("AttributeValue"))))
        if len(found) > _MAX_VALUES or len(found[name]) > _MAX_VALUES:
            raise BadAssertion("trop d'attributs")
    return {name: tuple(values) for name, values in found.items()}


def _value(element: etree._Element) -> AttributeValue:
    coded = element.find(f"{{{HL7}}}*")
    if coded is None:
        return _text(element)
    code, system, display, system_name = (
        _attribute(coded, name) for name in ("code", "codeSystem", "displayName", "codeSystemName")
    )
    return CodedValue(code, system, display, system_name, etree.QName(coded).localname)
