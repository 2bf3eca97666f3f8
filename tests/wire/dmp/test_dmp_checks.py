"""Every check of the DMP is fired through its door by a client that breaks its rule; every refusal is explained.

The breakers of a transaction's checks stand in its own test file (``BREAKS``); those of the shared checks stand here.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest
from support.api_services import api_check_ids
from support.dmp_door import Dmp
from support.dmp_gestures import BREAKS as GESTURES
from support.dmp_lots import Document, Lot, as_bpm, cda
from support.dmp_messages import adhoc, envelope, existence
from support.dmp_pages import printed_cda
from support.dmp_services import authorised
from support.dmp_told import is_told
from support.dmp_vihf import coded

from dmp_mock.codes.faults import FAULTS
from dmp_mock.codes.parameters import OFTEN
from dmp_mock.codes.parameters import PATH as PARAMETER_FILE
from dmp_mock.codes.xds_errors import XDS_CODES
from dmp_mock.facts import XdsErrors
from dmp_mock.service import SERVICE
from lgo_sandbox.watch.refusals import Refusal

HL7 = "urn:hl7-org:v3"
PATIENTS, QUERY = "urn:hl7-org:v3:PRPA_IN201307UV02", "urn:ihe:iti:2007:RegistryStoredQuery"
FIND, GET = "14d4debf-8f97-4251-9a74-a90016b0af0d", "5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"
ROLE = "urn:oasis:names:tc:xacml:2.0:subject:role"
G15, G05 = "1.2.250.1.71.1.2.7", "1.2.250.1.71.4.2.6"
SUBJECT_ID = "urn:oasis:names:tc:xspa:1.0:subject:subject-id"
SECRET = "urn:oasis:names:tc:xspa:1.0:resource:patient:hl7:confidentiality-code"
ENGLISH = re.compile(r"\b(?:not|was|the|is|a valid|required|present|recognized)\b", re.I)
Act = Callable[[Dmp], object]


def _marked(name: str, send: Act) -> Act:
    def act(dmp: Dmp) -> None:
        dmp.mark(name)
        send(dmp)

    return act


def _existence(dmp: Dmp, action: str | None = PATIENTS, suffix: str = "patients", extra: str = "") -> None:
    octets = envelope(existence(dmp.patient), dmp.assertion(dmp.indirect()), action, extra=extra)
    dmp.post(suffix, octets, certificate=dmp.issue("org-auth"))


def _misissued(dmp: Dmp) -> None:
    dmp.test_existence(issuer="CN=QUELQU'UN D'AUTRE,O=AILLEURS,C=FR")


def _named_by_sub(dmp: Dmp) -> None:
    vihf = dmp.indirect()
    vihf.who = replace(vihf.who, national_id="9b6d600b-2654-507e-8cbf-14108bfc30dc")
    dmp.test_existence(vihf)


def _roles(*codes: tuple[str, str]) -> dict[str, str | None]:
    return {ROLE: "".join(coded("Role", code, system) for code, system in codes)}


def _renumbered(dmp: Dmp) -> None:
    dmp.test_existence()
    dmp.test_existence(dmp.indirect(extra={"LPS_ID_HOMOLOGATION_DMP": "AUTRE"}))


def _sent_twice(dmp: Dmp) -> None:
    vihf = dmp.assertion(dmp.indirect())
    for _ in range(2):
        octets = envelope(existence(dmp.patient), vihf, PATIENTS)
        dmp.post("patients", octets, certificate=dmp.issue("org-auth"))


def _replayed(dmp: Dmp) -> None:
    dmp.configure(vihf_replay="refus")
    _sent_twice(dmp)


def _belied(dmp: Dmp) -> None:
    dmp.configure(vihf_truth="refus")
    dmp.test_existence(dmp.indirect(sector="SA07"))


def _soap11(dmp: Dmp) -> None:
    dmp.feed(dmp.document(), soap11=True)


def _typed_as(content_type: str) -> Act:
    def act(dmp: Dmp) -> None:
        octets = envelope(existence(dmp.patient), dmp.assertion(dmp.indirect()), PATIENTS)
        dmp.post("patients", octets, certificate=dmp.issue("org-auth"), content_type=content_type)

    return act


def _printing_nothing(dmp: Dmp) -> None:
    pdf = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
    dmp.feed(dmp.document(as_bpm(cda(dmp.patient, pdf=pdf))))


def _long_after_the_parameters(dmp: Dmp) -> None:
    dmp.request("GET", dmp.site(PARAMETER_FILE))
    dmp.tenant.move(hours=25)
    dmp.test_existence(dmp.indirect(issued=datetime.now(UTC) + timedelta(seconds=2)))


def _tested_then_found(dmp: Dmp) -> None:
    dmp.test_existence(dmp.direct())
    dmp.find()


SHARED: dict[str, Act] = {
    "DMP-TRANSPORT": lambda dmp: dmp.post("patients", b"bonjour", certificate=dmp.issue("org-auth")),
    "DMP-MEDIA-TYPE": _typed_as("text/plain"),
    "DMP-MEDIA-ACTION": _typed_as('application/soap+xml; charset=UTF-8; action="urn:xxx"'),
    "DMP-CERT-USAGE": lambda dmp: dmp.test_existence(certificate=dmp.issue("mss-app")),
    "DMP-PATH-FORM": lambda dmp: _existence(dmp, suffix="patients/"),
    "DMP-MESSAGE-ID": lambda dmp: dmp.test_existence(
        alter=lambda octets: octets.replace(b"MessageID>urn:uuid:", b"MessageID>uuid:")
    ),
    "DMP-ACTION-WSDL": lambda dmp: authorised(dmp, wsa_action="urn:hl7-org:v3:listAuthorizationByPatient"),
    "DMP-RETIRED": lambda dmp: dmp.call(
        "patients", f"{HL7}:PRPA_IN201311UV02", '<PRPA_IN201311UV02 xmlns="urn:hl7-org:v3"/>', dmp.direct()
    ),
    "DMP-PATH": lambda dmp: _existence(dmp, suffix="registry"),
    "DMP-ACTION": lambda dmp: _existence(dmp, "urn:autre"),
    "DMP-SOAP11": _soap11,
    "DMP-LENGTH": lambda dmp: dmp.feed(dmp.document(), alter=lambda octets: octets[:-4]),
    "DMP-REPLY-TO": lambda dmp: _existence(
        dmp, extra="<wsa:FaultTo><wsa:Address>http://ailleurs.test/</wsa:Address></wsa:FaultTo>"
    ),
    "DMP-PLAIN": lambda dmp: dmp.test_existence(tls=False),
    "DMP-CERT": lambda dmp: dmp.test_existence(certificate=dmp.issue("org-auth", variant="expired")),
    "DMP-VIHF": lambda dmp: dmp.call("patients", PATIENTS, existence(dmp.patient), None),
    "DMP-VIHF-FORM": lambda dmp: dmp.test_existence(
        dmp.direct(extra={"urn:oasis:names:tc:xspa:1.0:subject:subject-id": "VALMONT"})
    ),
    "DMP-VIHF-ISSUER": _misissued,
    "DMP-VIHF-UNSIGNED": lambda dmp: dmp.test_existence(dmp.direct(signed_by=None)),
    "DMP-VIHF-ROLE": lambda dmp: dmp.test_existence(dmp.indirect(extra=_roles(("21", G15), ("D", G05)))),
    "DMP-VIHF-SECTOR": lambda dmp: dmp.test_existence(dmp.indirect(sector="SA07")),
    "DMP-VIHF-NAME": lambda dmp: dmp.test_existence(dmp.indirect(extra={SUBJECT_ID: "Thomas CASTELNAU"})),
    "DMP-VIHF-AUTHN": lambda dmp: dmp.test_existence(
        dmp.direct(authn="urn:oasis:names:tc:SAML:2.0:ac:classes:Password")
    ),
    "DMP-VIHF-SECRET": lambda dmp: dmp.test_existence(dmp.indirect(extra={SECRET: "secret"})),
    "DMP-VIHF-PURPOSE": lambda dmp: dmp.test_existence(dmp.direct(purpose="centre_15")),
    "DMP-VIHF-LPS": _renumbered,
    "DMP-VIHF-REPLAY": _sent_twice,
    "DMP-VIHF-PS": lambda dmp: dmp.test_existence(dmp.direct("radie")),
    "DMP-VIHF-SUB": _named_by_sub,
    "DMP-PATIENT": lambda dmp: dmp.test_existence(dmp.indirect(patient="255069999999934")),
    "DMP-INS-OID": lambda dmp: dmp.test_existence(dmp.indirect(root="1.2.250.1.213.1.4.9")),
    "DMP-RIGHTS": lambda dmp: dmp.find(vihf=dmp.indirect()),
    "DMP-ORDER": lambda dmp: dmp.find(),
    "DMP-OPPOSITION": _marked("opposition à la consultation", _tested_then_found),
    "DMP-FEED-OPPOSITION": _marked("opposition à l'alimentation", lambda dmp: dmp.feed(dmp.document())),
    "DMP-QUERY": lambda dmp: (
        dmp.test_existence(dmp.direct()),
        dmp.call("registry", QUERY, adhoc(FIND, []), dmp.direct()),
    ),
    "DMP-PARAM-AGE": _long_after_the_parameters,
    "DMP-PARAM-OFTEN": lambda dmp: [dmp.request("GET", dmp.site(PARAMETER_FILE)) for _ in range(OFTEN + 1)],
    "DMP-INS-STATUT": _marked("identité récupérée", lambda dmp: dmp.test_existence()),
    "DMP-INS-VERIFICATION": _marked("vérification KO", lambda dmp: dmp.feed(dmp.document())),
    "DMP-INS-DATAMATRIX": _printing_nothing,
}
ONLY_OBSERVES = {"DMP-INS-PARTENAIRE", "DMP-HIDDEN", "DMP-HIDDEN-PATIENT", "DMP-HIDDEN-LEGAL"}
"""Never broken: what they keep is a list of reference, or that something was shown."""
ALONG = {
    "DMP-VIHF-PS": {"DMP-VIHF"},
    "DMP-AIR-FEED": {"DMP-RIGHTS"},
    "DMP-FEED-ORG": {"DMP-CERT"},
    "DMP-FEED-N1": {"DMP-CDA"},
    "DMP-INS-DATAMATRIX": {"DMP-PDF-A1"},
    "DMP-AUTHORISATION-NEEDED": {"DMP-RIGHTS"},
    "DMP-FEED-AUTO-VAC": {"DMP-NOTE-N3"},
    "DMP-METADATA-FORM": {"DMP-TYPE-FORMAT"},
    "DMP-HISTORY-ONCE": {"DMP-METADATA"},
    "DMP-AIR-TLS": {"DMP-CERT"},
}
"""What the same client breaks besides: an unknown professional is a refused VIHF, AIR has no right to feed."""


def _breaks() -> Iterator[tuple[str, Act]]:
    for path in sorted(Path(__file__).parent.glob("test_td*.py")):
        yield from run_path(str(path))["BREAKS"].items()


BREAKS: dict[str, Act] = {**SHARED, **GESTURES, **dict(_breaks())}


def test_every_check_has_its_breaking_client() -> None:
    here = [check.id for check in SERVICE.checks if check.id not in api_check_ids("DMP")]
    assert set(here) == set(BREAKS) | ONLY_OBSERVES
    assert len(here) == len(BREAKS) + len(ONLY_OBSERVES)


@pytest.mark.parametrize("check_id", sorted(BREAKS))
def test_each_check_is_fired_through_the_door_by_what_breaks_it_alone(dmp: Dmp, check_id: str) -> None:
    BREAKS[check_id](dmp)
    found = {finding.check_id for finding in dmp.exchanges()[0].findings}
    assert found == {check_id} | ALONG.get(check_id, set())
    is_told(dmp.exchanges()[0])


def test_a_partner_of_the_ins_is_observed_on_each_flow(dmp: Dmp) -> None:
    dmp.test_existence()
    assert "DMP-INS-PARTENAIRE" in dmp.observed()


def test_a_prescription_whose_page_has_the_ins_keeps_that_rule(dmp: Dmp) -> None:
    codes = {"type": [("57833-6", "2.16.840.1.113883.6.1")], "class": [("42", "1.2.250.1.213.1.1.4.1")]}
    dmp.feed(dmp.document(printed_cda(dmp.patient, dmp=dmp), codes=codes))
    assert dmp.findings() == []
    assert {"DMP-PDF-INS", "DMP-PDF-DATA"} <= dmp.kept()
    assert not {"DMP-PDF-NOTICE", "DMP-TYPE-FORMAT", "DMP-NOTE-N3"} & dmp.kept()


# --- refusals


def _strict_action(dmp: Dmp) -> None:
    dmp.configure(strict_action="oui")
    _existence(dmp, "urn:autre")


def _edited(pattern: str, by: str) -> Act:
    def act(dmp: Dmp) -> None:
        dmp.test_existence(alter=lambda octets: re.sub(pattern, by, octets.decode(), flags=re.DOTALL).encode())

    return act


def _as_fault(dmp: Dmp) -> None:
    dmp.configure(xds_errors_as="fault")
    dmp.feed(lot=Lot([dmp.document()], signed=False))


def _opposed(dmp: Dmp) -> None:
    matricule = dmp.named("girard-sophie")
    dmp.feed(Document(cda(matricule), matricule), vihf=dmp.indirect(patient=matricule))


REFUSED: dict[str, Act] = {
    "soap": lambda dmp: dmp.post("patients", b"<a>"),
    "coding": lambda dmp: dmp.post("patients", gzip.compress(b"<a/>"), coding="gzip"),
    "soap-version": lambda dmp: dmp.post("patients", b'<Envelope xmlns="urn:x"><Body><a/></Body></Envelope>'),
    "soap-understand": lambda dmp: _existence(dmp, extra='<x:h xmlns:x="urn:x" soap:mustUnderstand="1"/>'),
    "soap-body": lambda dmp: dmp.call("patients", "urn:x", '<a xmlns="urn:x"/>', dmp.indirect()),
    "wsa-absent": lambda dmp: _existence(dmp, None),
    "wsa-invalid": lambda dmp: _existence(dmp, extra="<wsa:MessageID>urn:uuid:2</wsa:MessageID>"),
    "wsa-action": _strict_action,
    "request": _edited("<queryId .*?/>", ""),
    "retired": lambda dmp: dmp.call(
        "patients", f"{HL7}:PRPA_IN201311UV02", '<PRPA_IN201311UV02 xmlns="urn:hl7-org:v3"/>', dmp.direct()
    ),
    "vihf-absent": lambda dmp: dmp.call("patients", PATIENTS, existence(dmp.patient), None),
    "vihf": lambda dmp: dmp.test_existence(dmp.indirect(extra={"Ressource_URN": "urn:autre"})),
    "vihf-specialty": lambda dmp: dmp.test_existence(
        dmp.indirect(extra={ROLE: coded("Role", "21", "1.2.250.1.71.1.2.7")})
    ),
    "vihf-truth": _belied,
    "vihf-replay": _replayed,
    "vihf-stale": lambda dmp: dmp.test_existence(dmp.indirect(issued=datetime.now(UTC) - timedelta(hours=1))),
    "vihf-signature": lambda dmp: dmp.test_existence(dmp.indirect(signed_by=None)),
    "signer-usage": lambda dmp: dmp.test_existence(dmp.indirect(signed_by=dmp.issue("org-auth"))),
    "signer": lambda dmp: dmp.test_existence(dmp.indirect(signed_by=dmp.issue("org-sign", variant="expired"))),
    "client-certificate": lambda dmp: dmp.test_existence(certificate=dmp.issue("psc-client")),
    "legal-person": lambda dmp: dmp.test_existence(certificate=dmp.issue("org-auth", "hopital")),
    "structure": lambda dmp: dmp.test_existence(dmp.direct(structure="10B0999999")),
    "professional": lambda dmp: dmp.test_existence(dmp.direct("radie")),
    "unlinked": lambda dmp: dmp.test_existence(dmp.direct(structure="10B0990041")),
    "author-institution": lambda dmp: dmp.feed(dmp.document(structure="10B0990041")),
    "patient": lambda dmp: dmp.call("patients", PATIENTS, existence(dmp.stranger().matricule), dmp.indirect()),
    "rights": lambda dmp: dmp.find(vihf=dmp.indirect()),
    "closed": lambda dmp: dmp.find(vihf=dmp.direct(patient=dmp.named("roux-gerard"))),
    "feed-opposed": _opposed,
}


WITH_PSC = {"api-token", "api-untold", "api-vihf"}
"""What refuses API tokens: tests/wire/api."""


def test_every_fault_of_the_catalogue_has_a_client_that_earns_it() -> None:
    assert set(REFUSED) == set(FAULTS) - {"xds"} - WITH_PSC


@pytest.mark.parametrize("code", sorted(REFUSED))
def test_each_fault_leaves_with_its_explanation(dmp: Dmp, code: str) -> None:
    REFUSED[code](dmp)
    exchange = dmp.exchanges()[0]
    refusal = exchange.noted.get(Refusal)
    assert refusal is not None
    assert refusal.code == code
    assert exchange.status >= 400
    assert exchange.outcome == "refused"
    is_told(exchange)
    assert exchange.summary.endswith(f"refusée : {refusal.message}")
    assert not ENGLISH.search(exchange.summary)
    assert refusal.received in {finding.received for finding in exchange.findings}
    assert "SANDBOX-INEXPLIQUE" not in dmp.findings()


# --- XDS errors


def _feed(**changes: Any) -> Act:
    return lambda dmp: dmp.feed(dmp.document(**changes))


def _fed_twice(dmp: Dmp) -> None:
    document = dmp.document()
    dmp.feed(document)
    dmp.feed(dmp.document(unique_id=document.unique_id))


def _renamed(dmp: Dmp) -> None:
    dmp.feed(dmp.document(), alter=lambda b: b.replace(b'<xds:Document id="Document01"', b'<xds:Document id="Z"'))


def _hashed(dmp: Dmp) -> None:
    dmp.configure(strict_hash="oui")
    dmp.feed(dmp.document(slots={"hash": "00", "size": "1"}))


def _replaced(again: bool) -> Act:
    def act(dmp: Dmp) -> None:
        dmp.feed(dmp.document())
        entry_uuid = dmp.find().text("//rim:ExtrinsicObject/@id")
        dmp.feed(dmp.document(replaces=entry_uuid if again else "urn:uuid:inconnu"))
        if again:
            dmp.feed(dmp.document(replaces=entry_uuid))

    return act


def _about_another(dmp: Dmp) -> None:
    dmp.feed(Document(cda(dmp.stranger().matricule), dmp.stranger().matricule))


def _asked(*parameters: tuple[str, str], query: str = GET) -> Act:
    return lambda dmp: dmp.call("registry", QUERY, adhoc(query, list(parameters)), dmp.direct())


def _many(dmp: Dmp) -> None:
    dmp.feed(dmp.document())
    dmp.find()


def _without_dmp(dmp: Dmp) -> None:
    vihf = dmp.direct(patient=dmp.named("fournier-ines"))
    dmp.test_existence(vihf)
    dmp.find(vihf=vihf)


FAILED: dict[str, Act] = {
    "XDSMetadataUpdateError": lambda dmp: _updated("1", "urn:uuid:inconnu")(dmp),
    "XDSMetadataUpdateOperationError": lambda dmp: _brought_back(dmp),
    "XDSMetadataVersionError": lambda dmp: _updated("9")(dmp),
    "XDSRepositoryMetadataError": lambda dmp: dmp.feed(lot=Lot([dmp.document()], signed=False)),
    "XDSRegistryMetadataError": _feed(codes={"practice": [("OFFICINE", "1.2.250.1.213.1.1.4.9")]}),
    "XDSMissingDocument": _renamed,
    "XDSMissingDocumentMetadata": _renamed,
    "XDSDuplicateUniqueIdInRegistry": _fed_twice,
    "XDSRepositoryDuplicateUniqueIdInMessage": lambda dmp: dmp.feed(
        dmp.document(unique_id="2.25.7"), dmp.document(unique_id="2.25.7", id="Document02")
    ),
    "XDSPatientIdDoesNotMatch": _about_another,
    "XDSUnknownPatientId": _without_dmp,
    "XDSDocumentUniqueIdError": lambda dmp: dmp.read("2.25.404"),
    "XDSNonIdenticalHash": _hashed,
    "XDSNonIdenticalSize": _hashed,
    "XDSUnknownStoredQuery": _asked(query="00000000-0000-0000-0000-000000000000"),
    "XDSStoredQueryMissingParam": _asked(query=FIND),
    "XDSStoredQueryParamNumber": _asked(("$XDSDocumentEntryUniqueId", "('1' '2")),
    "XDSUnknownRepositoryId": lambda dmp: dmp.read("2.25.404", repository="1.2.3"),
    "XDSTooManyResults": _many,
    "XDSReplaceFailed": _replaced(again=False),
    "XDSRegistryDeprecatedDocumentError": _replaced(again=True),
    "XDSRepositoryOutOfResources": _feed(),
}


def _updated(previous: str, lid: str = "") -> Act:
    def act(dmp: Dmp) -> None:
        document = dmp.document()
        dmp.feed(document)
        document.lid = lid or dmp.find().text("//rim:ExtrinsicObject/@lid")
        dmp.update(document, previous=previous)

    return act


def _brought_back(dmp: Dmp) -> None:
    dmp.feed(dmp.document())
    dmp.change(dmp.find().text("//rim:ExtrinsicObject/@id"), "Approved")


LIMITS = {
    "XDSTooManyResults": {"dmp_mock.searching.MAX_RESULTS": 0},
    "XDSRepositoryOutOfResources": {"dmp_mock.transactions.td2_1.MAX_STORED": 10},
}
"""What is made small for an error that only much would earn."""


def test_every_xds_code_has_a_client_that_earns_it() -> None:
    assert set(FAILED) == XDS_CODES


@pytest.mark.parametrize("code", sorted(FAILED))
@pytest.mark.parametrize("form", ["registry", "fault"])
def test_each_xds_error_leaves_with_its_explanation_in_either_form(
    dmp: Dmp, monkeypatch: pytest.MonkeyPatch, code: str, form: str
) -> None:
    for name, limit in LIMITS.get(code, {}).items():
        monkeypatch.setattr(name, limit)
    dmp.configure(xds_errors_as=form)
    dmp.test_existence(dmp.direct())
    FAILED[code](dmp)
    exchange = dmp.exchanges()[0]
    told = exchange.noted.get(XdsErrors)
    assert told is not None
    assert code in {error.code for error in told.errors}
    assert (exchange.outcome, exchange.status) == ("refused", 200 if form == "registry" else 500)
    is_told(exchange)
    explaining = ("DMP-QUERY", "DMP-METADATA", "DMP-FEED-STATE", "DMP-VISIBILITY", "DMP-ARCHIVE")
    assert exchange.findings[0].check_id in explaining
    assert len(exchange.findings) == 1
