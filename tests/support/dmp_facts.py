"""Facts of the DMP as plain values, and scenes of them: what is judged, what came before, what the tester told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dmp_mock.facts import (
    Addressed,
    AuthorisationSet,
    ContentFed,
    DocumentChanged,
    DocumentProblem,
    DocumentsRead,
    ExistenceTested,
    FedDocument,
    LotContents,
    LotFed,
    LotPrinted,
    PatientSeen,
    Printed,
    QueryAsked,
    Reading,
    ShownCertificate,
    SoapRequest,
    Software,
    Unlike,
    Updated,
    VihfCompared,
    VihfGiven,
    WebPsOpened,
)
from dmp_mock.service import SERVICE
from lgo_sandbox.watch.checks import Evaluation, evaluate
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.facts import Facts, Lazy
from lgo_sandbox.watch.history import History
from lgo_sandbox.watch.markers import Marker, Markers
from lgo_sandbox.watch.refusals import Refusal

__all__ = [
    "BPM",
    "HOLDER",
    "NOTE",
    "NOW",
    "OTHER",
    "PATIENT",
    "VIHF",
    "Before",
    "Scene",
    "asked",
    "authorised",
    "by",
    "certificate",
    "compared",
    "content",
    "contents",
    "document",
    "existence",
    "fed",
    "opened",
    "patient",
    "printed",
    "problem",
    "read",
    "reading",
    "refusal",
    "soap",
    "unlike",
    "updated",
]

NOW = datetime(2026, 3, 15, 10, tzinfo=UTC)
PATIENT, OTHER = "1", "2"
HOLDER = "899700090014"
PDF, VAC = "urn:ihe:iti:xds-sd:pdf:2008", "urn:asip:ci-sis:vac-note:2021"
VIHF = VihfGiven(
    mode="INDIRECTE",
    name_id=HOLDER,
    structure="10B0990017",
    roles=("21", "A"),
    purpose="normal",
    patient=PATIENT,
    software="LGO 1",
    signed=True,
    issuer="CN=X",
    owner="CN=X",
    issuer_is_owner=True,
    certificate=None,
    remarks=(),
    lps=Software(id="1", name="LGO", version="1", homologation="TEST"),
    assertion="_1",
)
BPM = FedDocument(
    unique_id="2.25.1",
    type="56445-0",
    document_class="11",
    format=PDF,
    confidentiality=("N",),
    level="N1",
    media_type="application/pdf",
    is_pdf=True,
    is_n1_template=True,
    by_professional=True,
)
NOTE = replace(BPM, unique_id="2.25.9", type="87273-9", document_class="52", format=VAC, level="N3", is_pdf=False)


def by(name_id: str = HOLDER, **changes: Any) -> VihfGiven:
    """Return the VIHF of somebody."""
    return replace(VIHF, name_id=name_id, **changes)


def certificate(**changes: Any) -> ShownCertificate:
    """Return a good certificate of an organisation."""
    usual = {"family": "organisation", "name": "INSI-AUTO", "is_organisation": True, "problem": "", "subject": "CN=X"}
    return ShownCertificate(**{**usual, **changes})


def patient(matricule: str = PATIENT) -> PatientSeen:
    """Return the patient of a request that was let in."""
    return PatientSeen(matricule=matricule, root="1.2.250.1.213.1.4.10", known=True, own_root="1.2.250.1.213.1.4.10")


def existence(**changes: Any) -> ExistenceTested:
    """Return a TD0.2."""
    usual = {"matricule": PATIENT, "holder": HOLDER, "status": "active", "authorisation": "VALIDE", "oddities": ()}
    return ExistenceTested(**{**usual, **changes})


def authorised(**changes: Any) -> AuthorisationSet:
    """Return a TD0.3 that let somebody in."""
    usual: dict[str, Any] = {"matricule": PATIENT, "holder": HOLDER, "action": "AJOUT", "role": "", "remarks": ()}
    return AuthorisationSet(**{**usual, "before": "INEXISTANTE", "changed": True, **changes})


def reading(**changes: Any) -> Reading:
    """Return a consultation."""
    return Reading(**{"matricule": PATIENT, "holder": HOLDER, "consults": True, **changes})


def asked(**changes: Any) -> QueryAsked:
    """Return a FindDocuments that found something."""
    usual: dict[str, Any] = {"name": "FindDocuments", "return_type": "LeafClass", "wanted": (), "remarks": ()}
    return QueryAsked(**{**usual, "parameters": ("$XDSDocumentEntryPatientId",), "found": 1, **changes})


def read(*given: str, wanted: tuple[str, ...] = ()) -> DocumentsRead:
    """Return a TD3.2."""
    return DocumentsRead(wanted=wanted or given, given=given)


def document(**changes: Any) -> FedDocument:
    """Return a BPM."""
    return replace(BPM, **changes)


def problem(unique_id: str) -> DocumentProblem:
    """Return a rule that a document breaks."""
    texts = dict.fromkeys(("rule", "title", "where", "received", "expected", "remedy"), "x")
    return DocumentProblem(unique_id=unique_id, **texts)


def fed(*documents: FedDocument, problems: tuple[DocumentProblem, ...] = (), **changes: Any) -> LotFed:
    """Return a lot that was taken, looked at whole."""
    own = documents or (BPM,)
    usual: dict[str, Any] = {"documents": own, "taken": True, "remarks": (), "inlined": ()}
    usual["looked"] = tuple(one.unique_id for one in own)
    return LotFed(**{**usual, **changes}, wrong_digests=Lazy.known(()), problems=Lazy.known(problems))


def content(unique_id: str = BPM.unique_id, **changes: Any) -> ContentFed:
    """Return the content of a document of the past, by somebody who is in the directory."""
    usual: dict[str, Any] = {"digest": unique_id, "service_start": "20250101100000", "replaces": "", "linked": False}
    return ContentFed(**{"unique_id": unique_id, **usual, "departed": (), "by_structure": False, **changes})


def contents(*documents: ContentFed, recipients: tuple[Addressed, ...] = ()) -> LotContents:
    """Return what a lot holds."""
    return LotContents(
        documents=documents or (content(),), replaced=(), of_others=(), recipients=Lazy.known(recipients)
    )


def printed(**changes: Any) -> LotPrinted:
    """Return what a readable PDF says."""
    usual: dict[str, Any] = {"unique_id": BPM.unique_id, "type": BPM.type, "readable": True, "notice": True}
    one = Printed(**{**usual, "ins": True, "unlike": (), **changes})
    return LotPrinted(documents=Lazy.known((one,)))


def unlike() -> Unlike:
    """Return what a PDF does not say."""
    return Unlike(received="nom absent", expected="MARTIN")


def updated(act: str = "supprimé", unique_id: str = BPM.unique_id, **changes: Any) -> Updated:
    """Return an update that was taken."""
    one = DocumentChanged(entry_uuid="urn:uuid:1", unique_id=unique_id, act=act)
    return Updated(**{"documents": (one,), "taken": True, "remarks": (), **changes})


def opened(**changes: Any) -> WebPsOpened:
    """Return a page of the Web-PS that is shown."""
    usual: dict[str, Any] = {"matricule": PATIENT, "room": "DossierPatient", "holder": HOLDER, "from_page": False}
    return WebPsOpened(**{**usual, "shown": True, **changes})


def soap(**changes: Any) -> SoapRequest:
    """Return a message in a package."""
    usual: dict[str, Any] = dict.fromkeys(("action", "media_action", "main_action", "message_id", "path"), "")
    usual |= {"transaction": "td2.1", "soap": "1.2", "packaged": True, "truncated": False, "actions": ()}
    return SoapRequest(**{**usual, "expected_path": "", "reply_to": (), **changes})


def refusal(code: str = "xds") -> Refusal:
    """Return a refusal."""
    return Refusal(code=code, received="r", expected="e", remedy="m", where="w")


def compared(*, secret: bool) -> VihfCompared:
    """Return a VIHF that nothing belies."""
    return VihfCompared(belied=(), secret=secret)


class Told(Markers):
    """The markers of a scene."""

    def __init__(self, told: Iterable[Marker]) -> None:
        self._told = tuple(told)

    def known(self) -> tuple[Marker, ...]:
        """Return them."""
        return self._told


@dataclass(frozen=True)
class Before:
    """An earlier exchange, so many minutes ago."""

    operation: str
    facts: tuple[Facts, ...]
    minutes: float = 10
    outcome: str = "answered"


@dataclass(frozen=True)
class Scene:
    """An exchange to judge. ``told`` are markers: name, subject, minutes ago, detail."""

    operation: str
    facts: tuple[Facts, ...]
    before: tuple[Before, ...] = ()
    told: tuple[tuple[str, str, float] | tuple[str, str, float, dict[str, str]], ...] = ()
    transport: str = "https"
    outcome: str = field(default="answered")

    def but(self, *replacing: Facts, **changes: Any) -> Scene:
        """Return the same scene with other facts of these types, and other members."""
        kinds = {type(one): one for one in self.facts} | {type(one): one for one in replacing}
        return replace(self, facts=tuple(kinds.values()), **changes)

    def refused(self) -> Scene:
        """Return the same scene, refused."""
        return self.but(refusal(), outcome="refused")

    def judged(self) -> Evaluation:
        """Run all checks of the DMP."""
        markers = Told(_marker(*one) for one in self.told)
        history = History(markers)
        history.forget()
        for number, one in enumerate(self.before):
            history.add(_exchange(f"b{number}", one.operation, one.facts, _ago(one.minutes), one.outcome))
        made = _exchange("x", self.operation, self.facts, NOW, self.outcome, self.transport)
        return evaluate(SERVICE.checks, made, history, {}, NOW, SERVICE.spec_version)


def _ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def _marker(name: str, subject: str, minutes: float, detail: dict[str, str] | None = None) -> Marker:
    return Marker(_ago(minutes).isoformat(), name, subject, dict(detail or {}))


def _exchange(
    number: str, operation: str, facts: Iterable[Facts], at: datetime, outcome: str, transport: str = "https"
) -> Exchange:
    made = Exchange(number, "dmp", "dmp", transport, at.isoformat(), at.isoformat(), operation=operation)
    made.outcome = outcome
    for one in facts:
        made.noted.put(one)
    return made
