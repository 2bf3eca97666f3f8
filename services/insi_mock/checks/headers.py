"""What we reproach the head of a request: addressing, media type, contexts; and elements out of place.

Source: docs/sources/insi.md#message-id, #wsa-action, #type-mime, #lps-nom, #contexte, #idam, #ordre-des-elements. The
service takes all of this; the real one may not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from insi_mock.checks.operations import ALL
from insi_mock.codes import PUBLISHED_IDAM
from insi_mock.domain import Context, Stamp, Stray, Why
from insi_mock.domain.formats import namespace_for_people
from insi_mock.facts import Addressing, Contexts, Message
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.refusals import Refusal

__all__ = ["HEADERS"]

_BARE_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_SOFTWARE = re.compile(r"urn:lps:[^:]+:.+")
_VERSIONS = {"ContexteLPS": "01_00", "ContexteBAM": "01_02"}
_SOAP = "application/soap+xml"
_UTF_8 = "UTF-8"


def _elsewhere(seen: Observed[Addressing], name: str) -> Violation | None:
    """Tell of an addressing block that is there, in the namespace of an older WS-Addressing for instance."""
    message = seen.also(Message)
    stray = next((one for one in message.strays if one.like == name), None) if message else None
    if stray is None:
        return None
    received = f"{stray.name} dans {namespace_for_people(stray.namespace)}"
    expected = f"{name} dans l'espace de noms « {stray.wanted} »"
    remedy = f"Écrivez {name} dans l'espace de noms « {stray.wanted} »."
    return Violation(received, expected, "", remedy, f"Header/{stray.name}")


def _message_id(seen: Observed[Addressing]) -> Outcome:
    value = seen.facts.message_id
    if value.startswith("uuid:") and _BARE_UUID.fullmatch(value.removeprefix("uuid:")):
        return True
    if not value and (elsewhere := _elsewhere(seen, "MessageID")):
        return elsewhere
    bare = value.removeprefix("urn:").removeprefix("uuid:")
    right = f"« uuid:{bare} »" if _BARE_UUID.fullmatch(bare) else "« uuid: » suivi d'un UUID neuf"
    return Violation(value or "absent", "uuid: suivi d'un UUID", "", f"Envoyez {right} dans wsa:MessageID.")


def _action(seen: Observed[Addressing]) -> Outcome:
    value, expected = seen.facts.action, seen.facts.expected_action
    if value == expected:
        return True
    if not value and (elsewhere := _elsewhere(seen, "Action")):
        return elsewhere
    return Violation(value or "absent", expected, "", f"Envoyez « {expected} » dans wsa:Action.")


def _media_type(seen: Observed[Message]) -> Outcome:
    value = seen.facts.media_type
    return value == _SOAP or Violation(value or "absent", _SOAP)


def _encoding(seen: Observed[Message]) -> Outcome:
    value = seen.facts.encoding
    return value == _UTF_8 or Violation(value, _UTF_8)


def _strays(seen: Observed[Message]) -> Outcome:
    """Tell of elements out of place, but when the refusal says it already, or when another check does."""
    if seen.also(Refusal):
        return None
    odd = [one for one in seen.facts.strays if not _is_addressing(one)]
    if not odd:
        return True
    received = " ; ".join(f"{one.path} {one.why.value}" for one in odd)
    remedy = " ".join(dict.fromkeys(map(_remedy, odd)))
    return Violation(received, "la séquence du schéma, dans son espace de noms", "", remedy, odd[0].path)


def _is_addressing(stray: Stray) -> bool:
    return stray.why is not Why.REPEATED and stray.like in ("MessageID", "Action")


def _remedy(stray: Stray) -> str:
    if stray.why is Why.NAMESPACE:
        return f"Écrivez {stray.like} dans l'espace de noms « {stray.wanted} »."
    if stray.why is Why.UNKNOWN:
        right = f"par {stray.like}" if stray.like else ""
        return f"Remplacez {stray.name} {right}." if right else f"Retirez {stray.name} de {stray.parent}."
    if stray.why is Why.REPEATED:
        return f"Gardez un seul {stray.name} dans {stray.parent}."
    return f"Placez {stray.name} dans {stray.parent} selon l'ordre du WSDL."


def _software(seen: Observed[Contexts]) -> Outcome:
    name = seen.facts.context.software
    if _SOFTWARE.fullmatch(name):
        return True
    product = name.removeprefix("urn:lps:").strip(":") or "produit"
    right = f"urn:lps:{product}" if ":" in product else f"urn:lps:{product}:1.0"
    return Violation(name or "absent", "urn:lps:, le produit, deux-points, la version", "", f"Envoyez « {right} ».")


def _idam(seen: Observed[Contexts]) -> Outcome:
    """Any number of the right form is taken, unless the session says otherwise."""
    if seen.also(Refusal):
        return None
    number = seen.facts.context.idam
    expected = f"un numéro que le CNDA a délivré ({PUBLISHED_IDAM} ici)"
    return number == PUBLISHED_IDAM or Violation(number, expected)


def _context(seen: Observed[Contexts]) -> Outcome:
    wrong = list(_wrong(seen.facts.context))
    if not wrong:
        return True
    return Violation(
        " ; ".join(f"{where} « {value} »" if value else f"{where} absent" for where, value, _, _ in wrong),
        " ; ".join(f"{where} : {expected}" for where, _, expected, _ in wrong),
        "",
        " ".join(remedy for *_, remedy in wrong),
        wrong[0][0],
    )


def _wrong(context: Context) -> Iterator[tuple[str, str, str, str]]:
    """Yield where, value, what is expected, remedy."""
    for block, stamp in (("ContexteLPS", context.lps), ("ContexteBAM", context.bam)):
        yield from _wrong_stamp(block, stamp)


def _wrong_stamp(block: str, stamp: Stamp) -> Iterator[tuple[str, str, str, str]]:
    version = _VERSIONS[block]
    if stamp.version != version:
        yield f"{block}/@Version", stamp.version, version, f'Écrivez Version="{version}" sur {block}.'
    if not stamp.id:
        yield f"{block}/Id", "", "un identifiant neuf", f"Mettez un UUID neuf dans {block}/Id."
    if not _is_date_time(stamp.time):
        remedy = f"Mettez l'heure de la requête dans {block}/Temps, sous la forme AAAA-MM-JJThh:mm:ssZ."
        yield f"{block}/Temps", stamp.time, "un xsd:dateTime", remedy


def _is_date_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return "T" in text


HEADERS = (
    Check(
        id="INSI-MESSAGE-ID",
        title="wsa:MessageID de la forme uuid: suivi d'un UUID",
        reads=Addressing,
        test=_message_id,
        source="docs/sources/insi.md#message-id",
        remedy="Envoyez un wsa:MessageID, préfixé par « uuid: ».",
        confidence="M",
        operations=ALL,
        severity=Severity.WARNING,
    ),
    Check(
        id="INSI-ACTION",
        title="wsa:Action présente et conforme à l'opération",
        reads=Addressing,
        test=_action,
        source="docs/sources/insi.md#wsa-action",
        remedy="Envoyez le bloc wsa:Action ; le WSDL ne le lie pas, mais les clients du terrain l'envoient.",
        confidence="M",
        operations=ALL,
        severity=Severity.INFO,
    ),
    Check(
        id="INSI-TYPE-MIME",
        title="Requête en application/soap+xml",
        reads=Message,
        test=_media_type,
        source="docs/sources/insi.md#type-mime",
        remedy="Écrivez application/soap+xml à la tête de Content-Type, puis charset=utf-8 et l'action.",
        confidence="M",
        operations=ALL,
        severity=Severity.WARNING,
    ),
    Check(
        id="INSI-ENCODAGE",
        title="Requête en UTF-8",
        reads=Message,
        test=_encoding,
        source="docs/sources/insi.md#type-mime",
        remedy="Écrivez le message en UTF-8.",
        confidence="M",
        operations=ALL,
        severity=Severity.INFO,
    ),
    Check(
        id="INSI-SCHEMA",
        title="Éléments du schéma, dans l'ordre et l'espace de noms du schéma",
        reads=Message,
        test=_strays,
        source="docs/sources/insi.md#ordre-des-elements",
        remedy="Comparez la requête au WSDL (GET /lps?wsdl).",
        operations=ALL,
        severity=Severity.WARNING,
    ),
    Check(
        id="INSI-LPS-NOM",
        title="Nom du logiciel : urn:lps:, le produit, la version",
        reads=Contexts,
        test=_software,
        source="docs/sources/insi.md#lps-nom",
        remedy="Préfixez ContexteLPS/LPS/Nom par « urn:lps: ».",
        confidence="M",
        operations=ALL,
        severity=Severity.INFO,
    ),
    Check(
        id="INSI-IDAM",
        title="Numéro d'autorisation que le bac à sable ne peut pas contrôler",
        reads=Contexts,
        test=_idam,
        source="docs/sources/insi.md#idam",
        remedy=f"Gardez ce numéro s'il est celui de votre logiciel ; sinon envoyez {PUBLISHED_IDAM}.",
        operations=ALL,
        severity=Severity.INFO,
    ),
    Check(
        id="INSI-CONTEXTE",
        title="Contextes LPS et BAM : version, identifiant et horodatage",
        reads=Contexts,
        test=_context,
        source="docs/sources/insi.md#contexte",
        remedy="Renseignez @Version (01_00 pour LPS, 01_02 pour BAM), Id et Temps dans chaque contexte.",
        operations=ALL,
        severity=Severity.WARNING,
    ),
)
