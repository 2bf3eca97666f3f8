"""The checks of TD2.1: who may feed, into which DMP, what a lot must be, what of it was tolerated.

Source: docs/sources/dmp.md (Documents, Droits), docs/sources/requirements.md (LGO.DMP, LGO.DOC).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dmp_mock.checks.caller import OF_OTHERS
from dmp_mock.checks.refused import refused, refused_by_xds, was_refused
from dmp_mock.codes.faults import About, codes_about
from dmp_mock.codes.vihf import Mode
from dmp_mock.codes.xds_errors import XDS_CODES, XdsCode
from dmp_mock.facts import DocumentProblem, LotFed, LotSigned, SoapRequest, VihfGiven
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.wording import counted

__all__ = ["LOT_CHECKS"]

ONLY = frozenset({"td2.1", "td2.2"})
MAX_TOLD = 5
_OF_PDFS = "PDF-"
"""What the rules of the documents library about PDFs begin with."""
_N1_TYPES = frozenset({"78601-2", "56445-0"})
_STATE = codes_about(About.STATE)
_NO_DMP = frozenset({XdsCode.UNKNOWN_PATIENT.value})
_IN_LOT = XDS_CODES - _NO_DMP


def mtom(seen: Observed[SoapRequest]) -> Outcome:
    """The lot travels as a package, each document as a part of it."""
    if not seen.facts.packaged:
        return Violation("un document en base 64 dans le XML", "un paquet MTOM", where="corps HTTP")
    fed = seen.also(LotFed)
    if fed is None:
        return None
    if fed.inlined:
        received = f"{', '.join(fed.inlined)[:150]} en base 64 dans le XML du paquet"
        return Violation(received, "chaque document en pièce MIME, désignée par xop:Include", where="Document")
    return fed.taken or None


def air(seen: Observed[VihfGiven]) -> Outcome:
    """Nobody feeds with AIR."""
    if Mode.AIR.value not in seen.facts.mode.split(", "):
        return None if was_refused(seen) else True
    return Violation(
        Mode.AIR.value, "INDIRECTE ou DIRECTE pour alimenter", where="VIHF, attribut Authentification_mode"
    )


def state(seen: Observed[SoapRequest]) -> Outcome:
    """The DMP is there and open, and the patient not opposed."""
    return refused(seen, _STATE) or refused_by_xds(seen, _NO_DMP)


def metadata(seen: Observed[SoapRequest]) -> Outcome:
    """The lot and its metadata follow the guide."""
    fed = seen.also(LotFed)
    return refused_by_xds(seen, _IN_LOT) or (fed is not None and fed.taken and bool(fed.documents)) or None


def metadata_form(seen: Observed[LotFed]) -> Outcome:
    """Nothing in the metadata had to be tolerated."""
    remarks = seen.facts.remarks
    if not remarks:
        return None
    expected = dict.fromkeys(remark.partition("attendu ")[2] for remark in remarks)
    return Violation(
        " ; ".join(remarks),
        " ; ".join(filter(None, expected)) or "les identifiants à la casse près, hash et size justes",
        where=", ".join(dict.fromkeys(remark.partition(" ")[0] for remark in remarks)),
    )


def digests(seen: Observed[LotFed]) -> Outcome:
    """The digests of the manifest are those of the documents; official samples have false ones."""
    if not seen.facts.taken:
        return None
    wrong = seen.facts.wrong_digests.value
    if not wrong:
        return True
    received = f"une DigestValue fausse pour {', '.join(wrong)[:300]}"
    return Violation(received, "l'empreinte des octets du document, ou de sa forme canonique", where="Signature01")


def lot_signature(seen: Observed[LotSigned]) -> Outcome:
    """Each part of the lot's signature is right: what it signs, its value, who signed, when."""
    broken = seen.facts.broken.value
    if not broken:
        return True
    shown = broken[:MAX_TOLD]
    return Violation(
        received=" ; ".join(one.received for one in shown),
        expected=" ; ".join(dict.fromkeys(one.expected for one in shown)),
        message=f"{counted(len(broken), 'défaut')} de la signature du lot",
        remedy=" ".join(dict.fromkeys(one.remedy for one in shown)),
        where=", ".join(dict.fromkeys(one.where for one in shown)),
    )


def n1(seen: Observed[LotFed]) -> Outcome:
    """Interviews and reviews are CDA R2 N1 with a PDF."""
    concerned = [document for document in seen.facts.documents if document.type in _N1_TYPES]
    if not concerned:
        return None
    for document in concerned:
        if not (document.level == "N1" and document.is_pdf and document.is_n1_template):
            received = f"niveau {document.level or 'inconnu'}, {document.media_type or 'sans PDF'}"
            expected = "CDA R2 niveau 1 avec un PDF en base 64 dans nonXMLBody"
            return Violation(received, expected, where=f"document {document.unique_id[:100]}")
    return seen.facts.taken or None


def cda(seen: Observed[LotFed]) -> Outcome:
    """The CDAs that were taken obey the rules of the documents library; kept once each document was looked at."""
    if not seen.facts.taken:
        return None
    problems = [one for one in seen.facts.problems.value if not one.rule.startswith(_OF_PDFS)]
    return _told(problems, "documents") if problems else _all_looked_at(seen.facts)


def pdf(seen: Observed[LotFed]) -> Outcome:
    """The PDFs of the CDAs that were taken bear the marks of PDF/A-1; another form of body is another matter."""
    if not seen.facts.taken or not any(one.is_pdf for one in seen.facts.documents):
        return None
    problems = [one for one in seen.facts.problems.value if one.rule.startswith(_OF_PDFS)]
    return _told(problems, "PDF") if problems else _all_looked_at(seen.facts)


def _all_looked_at(fed: LotFed) -> Outcome:
    """Nothing is known of a document that nobody looked at."""
    ids = {one.unique_id for one in fed.documents}
    return (bool(ids) and ids <= set(fed.looked)) or None


def _told(problems: Sequence[DocumentProblem], of_what: str) -> Violation:
    shown = problems[:MAX_TOLD]
    return Violation(
        " ; ".join(f"{one.received or one.title} ({one.rule})" for one in shown),
        " ; ".join(dict.fromkeys(one.expected or one.title for one in shown)),
        f"{counted(len(problems), 'règle')} des {of_what} {counted(len(problems), 'enfreinte').partition(' ')[2]}",
        " ".join(dict.fromkeys(one.remedy for one in shown)),
        " ; ".join(dict.fromkeys(f"document {one.unique_id[:60]}, {one.where}".rstrip(", ") for one in shown))[:300],
    )


def organisation_certificate(seen: Observed[VihfGiven]) -> Outcome:
    """Kept by a lot fed in indirect mode over an organisation certificate; a card says nothing of this requirement."""
    if seen.facts.mode != Mode.INDIRECT or seen.transport != "https":
        return None
    shown = seen.facts.certificate
    if shown is None or not shown.is_organisation:
        received = shown.family if shown else "aucun certificat"
        return Violation(received, "un certificat logiciel d'organisation de l'IGC-Santé", where="connexion TLS")
    fed = seen.also(LotFed)
    return (fed is not None and fed.taken and not shown.problem and shown.name not in OF_OTHERS) or None


LOT_CHECKS: tuple[Check[Any], ...] = (
    Check(
        id="DMP-MTOM",
        title="ITI-41 sans MTOM (EX_2.1-1260)",
        reads=SoapRequest,
        test=mtom,
        requirements=("LGO.DMP.01",),
        source="docs/sources/dmp.md#mtom",
        remedy="Envoyez le lot en multipart/related, chaque document en pièce désignée par xop:Include.",
        operations=ONLY,
    ),
    Check(
        id="DMP-AIR-FEED",
        title="Alimentation en AIR, réservé à la consultation (EX_AIR-010)",
        reads=VihfGiven,
        test=air,
        requirements=("LGO.DMP.01",),
        source="docs/sources/dmp.md#alimentation-air",
        remedy="Alimentez avec un VIHF INDIRECTE (ou la carte), non avec Pro Santé Connect.",
        operations=ONLY,
    ),
    Check(
        id="DMP-FEED-STATE",
        title="Alimentation d'un DMP fermé, absent, ou d'un patient opposé",
        reads=SoapRequest,
        test=state,
        requirements=("DMP/CONF.09", "ALI/PROG.04"),
        source="docs/sources/dmp.md#etat-pour-alimenter",
        remedy="Lisez TD0.2 et l'opposition du patient avant d'envoyer.",
        operations=ONLY,
        explains=_STATE | _NO_DMP,
    ),
    Check(
        id="DMP-METADATA",
        title="Métadonnées XDS refusées",
        reads=SoapRequest,
        test=metadata,
        requirements=("DMP/va1.10", "LGO.DMP.01"),
        source="docs/sources/dmp.md#metadonnees",
        remedy="Corrigez l'attribut que nomme l'erreur.",
        operations=ONLY,
        explains=_IN_LOT,
    ),
    Check(
        id="DMP-METADATA-FORM",
        title="Métadonnées tolérées mais hors des jeux de valeurs publiés, ou inexactes",
        reads=LotFed,
        test=metadata_form,
        requirements=("DMP/va1.10",),
        source="docs/sources/dmp.md#metadonnees-jeux-de-valeurs",
        remedy="Prenez le code dans le jeu de valeurs en vigueur, et corrigez ce que nomme le constat.",
        confidence="M",
        severity=Severity.INFO,
        operations=ONLY,
    ),
    Check(
        id="DMP-MANIFEST",
        title="Empreintes du manifeste de la signature de lot",
        reads=LotFed,
        test=digests,
        source="docs/sources/dmp.md#signature-de-lot",
        remedy="Calculez l'empreinte sur le document tel qu'il part, puis signez.",
        confidence="M",
        severity=Severity.INFO,
        operations=ONLY,
    ),
    Check(
        id="DMP-LOT-SIGNATURE",
        title="Signature du lot (XAdES) qui ne se vérifie pas",
        reads=LotSigned,
        test=lot_signature,
        requirements=("LGO.DMP.01",),
        source="docs/sources/dmp.md#signature-de-lot-valeur",
        remedy="Refaites la signature du lot en dernier, par un certificat de signature, au profil IHE DSG.",
        confidence="M",
        severity=Severity.WARNING,
        operations=ONLY,
    ),
    Check(
        id="DMP-FEED-N1",
        title="CR d'entretien ou BPM hors CDA R2 N1",
        reads=LotFed,
        test=n1,
        requirements=("LGO.DOC.02",),
        source="docs/sources/dmp.md#alimentation-n1",
        remedy="Produisez un CDA R2 niveau 1 dont le corps est le PDF/A-1 en base 64.",
        operations=ONLY,
    ),
    Check(
        id="DMP-CDA",
        title="CDA versé qui enfreint une règle des documents",
        reads=LotFed,
        test=cda,
        requirements=("LGO.DOC.02",),
        source="docs/sources/dmp.md#cda-verse",
        remedy="Corrigez le document là où le dit le constat ; « lgo-sandbox validate » le contrôle avant l'envoi.",
        severity=Severity.WARNING,
        operations=ONLY,
    ),
    Check(
        id="DMP-PDF-A1",
        title="PDF d'un document versé qui n'est pas du PDF/A-1",
        reads=LotFed,
        test=pdf,
        requirements=("LGO.DOC.01",),
        source="docs/sources/dmp.md#pdf-verse",
        remedy="Produisez le PDF en PDF/A-1 ; « lgo-sandbox validate » le contrôle avant l'envoi.",
        severity=Severity.WARNING,
        operations=ONLY,
    ),
    Check(
        id="DMP-FEED-ORG",
        title="Alimentation par certificat d'organisation",
        reads=VihfGiven,
        test=organisation_certificate,
        requirements=("LGO.DMP.02",),
        source="docs/sources/dmp.md#certificat-organisation",
        remedy="Authentifiez-vous par le certificat logiciel de l'officine.",
        operations=ONLY,
    ),
)
