"""Checks of how a message travels: SOAP, WS-Addressing, MTOM, path, port.

Source: docs/sources/dmp.md (Message), docs/sources/transport.md.
"""

from __future__ import annotations

import re
from typing import Any

from dmp_mock.checks.refused import refused
from dmp_mock.checks.remarks import tolerated
from dmp_mock.codes.faults import About, codes_about
from dmp_mock.facts import Posted, SoapRequest
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation

__all__ = ["TRANSPORT_CHECKS"]

_TRANSPORT, _ACTION, _RETIRED = (codes_about(one) for one in (About.TRANSPORT, About.ACTION, About.RETIRED))
_MESSAGE_ID = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_MEDIA_TYPES = {"1.1": "text/xml", "1.2": "application/soap+xml"}
_CURRENT = "v2"


def transport(seen: Observed[Posted]) -> Outcome:
    """The message was read, and asks for a transaction."""
    return refused(seen, _TRANSPORT) or (seen.also(SoapRequest) is not None)


def media_type(seen: Observed[SoapRequest]) -> Outcome:
    """The Content-Type is that of the version of SOAP, or of a package."""
    posted = seen.also(Posted)
    if posted is None or seen.facts.packaged:
        return None
    given = posted.content_type.partition(";")[0].strip().lower()
    wanted = _MEDIA_TYPES[seen.facts.soap]
    return given == wanted or Violation(given or "aucun Content-Type", wanted, where="en-tête Content-Type")


def path(seen: Observed[SoapRequest]) -> Outcome:
    """The transaction came under its own path, in the version in force; the bare path serves all."""
    facts, posted = seen.facts, seen.also(Posted)
    if posted is not None and posted.version != _CURRENT:
        return Violation(f"/si-dmp-server/{posted.version}/", f"/si-dmp-server/{_CURRENT}/", where="URL")
    if facts.path in ("", facts.expected_path):
        return True
    return Violation(f"/{facts.path}", f"/{facts.expected_path}", where="URL")


def path_form(seen: Observed[Posted]) -> Outcome:
    """The path is written as the guide writes it."""
    return tolerated(seen.facts.form)


def message_id(seen: Observed[SoapRequest]) -> Outcome:
    """The identifier of the message is a URI of a UUID, as in the guide's examples."""
    given = seen.facts.message_id
    if not given:
        return None
    kept = _MESSAGE_ID.fullmatch(given) is not None
    return kept or Violation(given, "urn:uuid: et un UUID", where="Envelope/Header/wsa:MessageID")


def action_of_description(seen: Observed[SoapRequest]) -> Outcome:
    """wsa:Action is that of the guide's examples, not the soapAction of the description, where they differ."""
    facts = seen.facts
    if len(facts.actions) == 1 or facts.action not in facts.actions:
        return None
    if facts.action == facts.main_action:
        return True
    return Violation(facts.action or "vide", facts.main_action, where="Envelope/Header/wsa:Action")


def retired(seen: Observed[SoapRequest]) -> Outcome:
    """The transaction is one that the DMP still has."""
    return refused(seen, _RETIRED) or True


def action(seen: Observed[SoapRequest]) -> Outcome:
    """wsa:Action is one of those of the transaction; an absent one is another matter."""
    facts = seen.facts
    if facts.action in facts.actions:
        return True
    if not facts.action:
        return None
    return Violation(facts.action, " ou ".join(facts.actions), where="Envelope/Header/wsa:Action")


def media_action(seen: Observed[SoapRequest]) -> Outcome:
    """The action that Content-Type names is the one that wsa:Action does; a wrong wsa:Action is another matter."""
    facts = seen.facts
    if not facts.media_action:
        return None
    if facts.media_action in (facts.action, *facts.actions):
        return True
    expected = f'action="{facts.actions[0]}", ou aucun paramètre action'
    remedy = f'Écrivez action="{facts.actions[0]}" dans Content-Type, comme wsa:Action.'
    return Violation(f'action="{facts.media_action}"', expected, "", remedy, "en-tête Content-Type")


def soap_version(seen: Observed[SoapRequest]) -> Outcome:
    """The envelope is SOAP 1.2."""
    return Violation("SOAP 1.1", "SOAP 1.2", where="Envelope") if seen.facts.soap == "1.1" else None


def truncated(seen: Observed[SoapRequest]) -> Outcome:
    """The package ends as it should."""
    if not seen.facts.truncated:
        return None
    return Violation(
        "un paquet dont le délimiteur final est coupé", "le délimiteur entier, suivi de --", where="corps HTTP"
    )


def reply_to(seen: Observed[SoapRequest]) -> Outcome:
    """The answer is wanted where it goes: in the answer to this request."""
    wanted = seen.facts.reply_to
    if not wanted:
        return None
    return Violation(
        ", ".join(wanted), "l'adresse anonyme de WS-Addressing, ou aucune", where="wsa:ReplyTo, wsa:FaultTo"
    )


def plain(seen: Observed[SoapRequest]) -> Outcome:
    """The message came over TLS."""
    if seen.transport == "https":
        return None
    return Violation(
        "HTTP sans TLS ni certificat client", "TLS avec certificat client (IGC-Santé ou carte)", where="URL"
    )


TRANSPORT_CHECKS: tuple[Check[Any], ...] = (
    Check(
        id="DMP-TRANSPORT",
        title="Message SOAP, WS-Addressing ou MTOM refusé",
        reads=Posted,
        test=transport,
        requirements=("LGO.DMP.01",),
        source="docs/sources/dmp.md#enveloppe",
        remedy="Comparez l'enveloppe envoyée aux exemples du guide : wsa:Action et MessageID présents, un seul Body.",
        explains=_TRANSPORT,
    ),
    Check(
        id="DMP-MEDIA-TYPE",
        title="Content-Type qui n'est pas celui du message",
        reads=SoapRequest,
        test=media_type,
        requirements=("LGO.DMP.01",),
        source="docs/sources/dmp.md#enveloppe",
        remedy="Envoyez Content-Type: application/soap+xml; charset=UTF-8 (ou multipart/related pour un lot).",
        severity=Severity.WARNING,
    ),
    Check(
        id="DMP-PATH",
        title="Transaction adressée à un autre chemin que le sien",
        reads=SoapRequest,
        test=path,
        requirements=("LGO.DMP.01",),
        source="docs/sources/dmp.md#chemin",
        remedy="Utilisez v2 et le suffixe de la transaction.",
        severity=Severity.WARNING,
    ),
    Check(
        id="DMP-PATH-FORM",
        title="Chemin toléré, mais écrit autrement que dans le guide",
        reads=Posted,
        test=path_form,
        source="docs/sources/dmp.md#chemin",
        remedy="Écrivez l'URL exactement : /si-dmp-server/v2/services/ puis le suffixe de la transaction.",
        confidence="M",
        severity=Severity.INFO,
    ),
    Check(
        id="DMP-MESSAGE-ID",
        title="wsa:MessageID qui n'est pas un urn:uuid:",
        reads=SoapRequest,
        test=message_id,
        source="docs/sources/dmp.md#enveloppe",
        remedy="Écrivez dans wsa:MessageID urn:uuid: puis un UUID neuf par message.",
        confidence="M",
        severity=Severity.INFO,
    ),
    Check(
        id="DMP-ACTION-WSDL",
        title="wsa:Action du WSDL, autre que celle des exemples",
        reads=SoapRequest,
        test=action_of_description,
        source="docs/sources/dmp.md#wsa-action",
        remedy="Rien n'oblige à changer ; pour suivre les exemples, fixez wsa:Action dans votre client engendré.",
        severity=Severity.INFO,
    ),
    Check(
        id="DMP-RETIRED",
        title="Transaction retirée du DMP",
        reads=SoapRequest,
        test=retired,
        source="docs/sources/dmp.md#transactions-retirees",
        remedy="Retirez cet appel de votre logiciel : le constat dit ce qui le remplace.",
        explains=_RETIRED,
    ),
    Check(
        id="DMP-ACTION",
        title="wsa:Action qui n'est pas celle de la transaction",
        reads=SoapRequest,
        test=action,
        requirements=("LGO.DMP.01",),
        source="docs/sources/dmp.md#wsa-action",
        remedy="Mettez dans wsa:Action l'action attendue.",
        severity=Severity.WARNING,
        explains=_ACTION,
    ),
    Check(
        id="DMP-MEDIA-ACTION",
        title="Content-Type dont l'action n'est pas celle du message",
        reads=SoapRequest,
        test=media_action,
        source="docs/sources/dmp.md#wsa-action",
        remedy="Mettez dans le paramètre action de Content-Type la même action que dans wsa:Action.",
        severity=Severity.WARNING,
    ),
    Check(
        id="DMP-SOAP11",
        title="Enveloppe SOAP 1.1",
        reads=SoapRequest,
        test=soap_version,
        requirements=("LGO.DMP.01",),
        source="docs/sources/dmp.md#soap-1-1",
        remedy="Mettez l'enveloppe dans l'espace de noms http://www.w3.org/2003/05/soap-envelope (SOAP 1.2).",
        severity=Severity.WARNING,
    ),
    Check(
        id="DMP-LENGTH",
        title="Paquet MIME tronqué",
        reads=SoapRequest,
        test=truncated,
        requirements=("LGO.DMP.01",),
        source="docs/sources/dmp.md#longueur",
        remedy="Comptez Content-Length en octets, non en caractères.",
        severity=Severity.WARNING,
    ),
    Check(
        id="DMP-REPLY-TO",
        title="Réponse demandée à une autre adresse, qui n'est pas suivie",
        reads=SoapRequest,
        test=reply_to,
        source="docs/sources/dmp.md#enveloppe",
        remedy="Mettez http://www.w3.org/2005/08/addressing/anonymous dans wsa:ReplyTo et wsa:FaultTo, ou retirez-les.",
        confidence="M",
        severity=Severity.WARNING,
    ),
    Check(
        id="DMP-PLAIN",
        title="Connexion sans TLS",
        reads=SoapRequest,
        test=plain,
        requirements=("LGO.DMP.01",),
        source="docs/sources/dmp.md#port-clair",
        remedy="Passez au port TLS avec un certificat client.",
        severity=Severity.WARNING,
    ),
)
