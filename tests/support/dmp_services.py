"""Bodies of TD0.3, TD0.4, TD1.6 and TD0.5 written for the tests, and how they are sent."""

from __future__ import annotations

from lxml import etree

from support.dmp_door import Dmp
from support.dmp_messages import Reply, existence
from support.dmp_vihf import Vihf

__all__ = [
    "HABILITATIONS",
    "PATIENTS_SPECIFIC",
    "RESOURCE",
    "authorise",
    "authorised",
    "candidates",
    "demographics",
    "dmps",
    "doctor",
    "search_body",
    "told",
]

HABILITATIONS, PATIENTS = "urn:si-dmp-habilitations", "urn:si-dmp-patients"
SET = f"{HABILITATIONS}:HabilitationsEndPoint:setAuthorization"
LIST = f"{HABILITATIONS}:HabilitationsEndPoint:listAuthorizationByPatient"
PATIENTS_SPECIFIC = f"{PATIENTS}:PatientSpecificEndPoint:patientList"
SEARCH = "urn:hl7-org:v3:PRPA_IN201305UV02"
RESOURCE = "urn:oasis:names:tc:xacml:2.0:resource:resource-id"


def told(reply: Reply, name: str) -> list[str]:
    """Return the texts of the elements of this name."""
    return [element.text or "" for element in reply.root.iter(f"{{*}}{name}")]


def doctor(dmp: Dmp, who: str = "generaliste", **changes: object) -> Vihf:
    """Return the VIHF of a doctor's card."""
    return dmp.direct(who, extra={"Secteur_Activite": "SA07^1.2.250.1.71.4.2.4"}, **changes)


def _field(name: str, value: str | None) -> str:
    return "" if value is None else f"<{name}>{value}</{name}>"


def authorise(
    dmp: Dmp,
    vihf: Vihf | None = None,
    action: str | None = "AJOUT",
    role: str | None = None,
    wsa_action: str = SET,
    path: str = "habilitations",
) -> Reply:
    """Send TD0.3."""
    fields = _field("action", action) + _field("role", role)
    body = f'<setAuthorization xmlns="{HABILITATIONS}">{fields}</setAuthorization>'
    return dmp.call(path, wsa_action, body, vihf or dmp.direct())


def authorised(dmp: Dmp, mode: str | None = "TOUTE", vihf: Vihf | None = None, wsa_action: str = LIST) -> Reply:
    """Send TD1.6."""
    fields = _field("mode", mode)
    body = f'<listAuthorizationByPatient xmlns="{HABILITATIONS}">{fields}</listAuthorizationByPatient>'
    return dmp.call("habilitations", wsa_action, body, vihf or dmp.direct())


def dmps(
    dmp: Dmp,
    since: str | None = "20200101000000",
    kind: str | None = "LASTAUTORIZATION",
    owner: str | None = None,
    vihf: Vihf | None = None,
    wsa_action: str = PATIENTS_SPECIFIC,
    path: str = "patientsSpecific",
) -> Reply:
    """Send TD0.4."""
    fields = _field("startDate", since) + _field("dateType", kind) + _field("psOwnerId", owner)
    body = f'<patientList xmlns="{PATIENTS}">{fields}</patientList>'
    return dmp.call(path, wsa_action, body, vihf or dmp.direct(extra={RESOURCE: None}))


def demographics(dmp: Dmp, vihf: Vihf | None = None) -> Reply:
    """Send TD1.3a."""
    sent = vihf or dmp.direct()
    body = existence(sent.patient, sent.root, "CNSLT_DATA", "Consultation des données de gestion de dossier")
    return dmp.call("patients", "urn:hl7-org:v3:PRPA_IN201307UV02", body, sent)


def search_body(parameters: str) -> str:
    """Return the body of TD0.5."""
    body = existence("x").replace("PRPA_IN201307UV02", "PRPA_IN201305UV02")
    root = etree.fromstring(body)
    names = {"h": "urn:hl7-org:v3"}
    control = root.find("h:controlActProcess", names)
    listed = root.find(".//h:parameterList", names)
    attention = root.find("h:attentionLine", names)
    assert control is not None
    assert listed is not None
    assert attention is not None
    root.remove(attention)
    control.remove(control[0])
    code = etree.fromstring(
        '<code xmlns="urn:hl7-org:v3" code="PRPA_TE201305UV02" codeSystem="2.16.840.1.113883.1.6"/>'
    )
    control.insert(0, code)
    for child in list(listed):
        listed.remove(child)
    listed.extend(etree.fromstring(f'<p xmlns="urn:hl7-org:v3">{parameters}</p>'))
    return etree.tostring(root).decode()


def candidates(dmp: Dmp, family: str, more: str = "", vihf: Vihf | None = None) -> Reply:
    """Send TD0.5, as somebody who regulates emergencies unless told otherwise."""
    name = (
        f"<livingSubjectName><value><family>{family}</family></value>"
        "<semanticsText>LivingSubject.name</semanticsText></livingSubjectName>"
    )
    sent = vihf or doctor(dmp, purpose="centre_15")
    return dmp.call("patientsPDQ", SEARCH, search_body(name + more), sent)
