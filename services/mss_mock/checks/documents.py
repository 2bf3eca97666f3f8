"""A mail that carries health documents: archive, PDF, subject, headers, the citizen it goes to.

Source: specs/mssante.md §3.1–3.2 (ECO.2.1, 2.4), ids of specs/requirements.md §2.2–2.3; confidence high. Pure
functions of facts.
"""

from __future__ import annotations

import re
from typing import Any

from health_documents.identifiers import ROOTS_OF_INS
from lgo_sandbox.watch.findings import Check, Observed, Outcome, Severity, Violation
from mss_mock.checks.facts import MESSAGE, SPEC, archives_of, citizens, documents_of, is_mail, readable, shown, text
from mss_mock.codes import PATIENT_DOMAIN

__all__ = ["DOCUMENTS_CHECKS"]

_SUBJECT = re.compile(r"XDM/1\.0/DDM\+\S.* \S+ \d{2}/\d{2}/\d{4}(?:\s.*)?", re.DOTALL)
_PDF_NAME = re.compile(r"\d{8}_.+_.+_.+_.+\.pdf", re.IGNORECASE)


def _one_archive(observed: Observed) -> Outcome:
    attachments = observed.facts.get("attachments") or []
    pdfs = [one for one in attachments if one["pdf"]]
    archives = archives_of(observed)
    if not is_mail(observed) or not (archives or _has_zip(attachments)):
        return None
    received = f"{len(archives)} IHE_XDM.zip, {len(pdfs)} PDF, {len(documents_of(observed))} CDA"
    if len(archives) != 1:
        return Violation(received, "une seule pièce jointe IHE_XDM.zip")
    if not readable(observed):
        return None
    same = len(pdfs) == len(documents_of(observed))
    return same or Violation(received, "autant de PDF/A-1 que de documents CDA dans l'archive")


def _has_zip(attachments: list[dict[str, Any]]) -> bool:
    return any(str(one["name"]).lower().endswith(".zip") and "xdm" in str(one["name"]).lower() for one in attachments)


def _pdf_a(observed: Observed) -> Outcome:
    pdfs = [one for one in observed.facts.get("attachments") or [] if one["pdf"]]
    if not is_mail(observed) or not archives_of(observed) or not pdfs:
        return None
    others = [str(one["name"]) for one in pdfs if not one["pdf_a1"]]
    return not others or Violation(", ".join(others), "PDF/A-1 (métadonnée pdfaid:part = 1)")


def _pdf_name(observed: Observed) -> Outcome:
    pdfs = [one for one in observed.facts.get("attachments") or [] if one["pdf"]]
    if not is_mail(observed) or not archives_of(observed) or not pdfs:
        return None
    others = [str(one["name"]) for one in pdfs if not _PDF_NAME.fullmatch(str(one["name"]))]
    return not others or Violation(
        ", ".join(others), "<date de l'acte>_<type document>_<NOM>_<prenom>_<numéro de dossier>.pdf"
    )


def _archive_sound(observed: Observed) -> Outcome:
    archives = archives_of(observed)
    if not is_mail(observed) or not archives:
        return None
    problems = [str(archive["unreadable"]) for archive in archives if "unreadable" in archive]
    problems += [str(problem) for archive in archives for problem in archive.get("problems", ())]
    problems += [str(document["unreadable"]) for document in documents_of(observed) if "unreadable" in document]
    patients = {document["matricule"] for document in documents_of(observed) if document.get("matricule")}
    problems += ["plusieurs patients dans les documents"] if len(patients) > 1 else []
    return not problems or Violation(" ; ".join(problems), "une archive XDM lisible, cohérente, d'un seul patient")


def _subject(observed: Observed) -> Outcome:
    subject = text(observed, "subject")
    if not is_mail(observed) or not archives_of(observed):
        return None
    if not _SUBJECT.fullmatch(subject):
        return Violation(shown(subject), "XDM/1.0/DDM+<libellé> <NOM> <prenom> <jj/mm/aaaa>")
    known = [document for document in documents_of(observed) if document.get("birth_name")]
    strangers = [document for document in known if not _names(subject, document)]
    expected = ", ".join(f"{document['birth_name']} … {_french_date(document['birth_date'])}" for document in strangers)
    return not strangers or Violation(shown(subject), f"le patient des documents : {expected}")


def _names(subject: str, document: dict[str, Any]) -> bool:
    return str(document["birth_name"]).upper() in subject.upper() and _french_date(document["birth_date"]) in subject


def _french_date(date: str) -> str:
    return "/".join(reversed(date.split("-")))


def _ins_header(observed: Observed) -> Outcome:
    value = observed.facts.get("ins")
    if not is_mail(observed):
        return None
    if not archives_of(observed):
        return None if value is None else Violation(f"X-MSS-INS: {value}", "en-tête absent : aucun CDA n'est joint")
    documents = [document for document in documents_of(observed) if "qualified" in document]
    if not documents:
        return None
    expected = "O" if all(document["qualified"] for document in documents) else "N"
    return value == expected or Violation(f"X-MSS-INS: {shown(value)}", f"X-MSS-INS: {expected}, d'après l'archive")


def _code_header(observed: Observed) -> Outcome:
    value = observed.facts.get("code_cda")
    if not is_mail(observed):
        return None
    if not archives_of(observed):
        return None if value is None else Violation(f"X-MSS-CODECDA: {value}", "en-tête absent : aucun CDA n'est joint")
    codes = [str(document["code"]) for document in documents_of(observed) if "code" in document]
    if not codes:
        return None
    received = [code.strip() for code in str(value or "").split(",")]
    kept = sorted(received) == sorted(codes) or sorted(received) == sorted(set(codes))
    return kept or Violation(f"X-MSS-CODECDA: {shown(value)}", f"X-MSS-CODECDA: {','.join(codes)}")


def _citizen_ins(observed: Observed) -> Outcome:
    addressed = citizens(observed)
    if not is_mail(observed) or not addressed or not readable(observed):
        return None
    patient = archives_of(observed)[0]["patient"]
    own = f"{patient['id']}@{PATIENT_DOMAIN}".lower()
    if patient["oid"] in ROOTS_OF_INS and set(addressed) == {own}:
        return True
    received = f"{', '.join(addressed)} ; patientId {patient['id']} ({patient['oid'] or 'sans OID'})"
    return Violation(received, "l'adresse construite sur l'INS qualifié du patient des documents")


DOCUMENTS_CHECKS = (
    Check(
        "mss.xdm-and-pdf",
        "Une archive XDM et les mêmes documents en PDF",
        _one_archive,
        ("LGO.MSS.14", "MSS/CONF.23"),
        f"{SPEC} §3.1, ECO.2.1.1 et 2.1.5",
        "Joindre un IHE_XDM.zip et, pour chaque CDA, son PDF/A-1.",
        operations=MESSAGE,
    ),
    Check(
        "mss.pdf-a1",
        "PDF joints en PDF/A-1",
        _pdf_a,
        ("LGO.MSS.14", "MSS/CONF.23"),
        f"{SPEC} §3.1, ECO.2.1.1",
        "Produire les PDF en PDF/A-1.",
        operations=MESSAGE,
    ),
    Check(
        "mss.pdf-name",
        "Nom des PDF joints",
        _pdf_name,
        ("LGO.MSS.14",),
        f"{SPEC} §3.1, ECO.2.1.6",
        "Nommer le PDF par la date de l'acte, le type, le NOM, le prénom et le numéro de dossier.",
        operations=MESSAGE,
        severity=Severity.WARNING,
        confidence="M",
    ),
    Check(
        "mss.xdm-sound",
        "Archive XDM lisible, d'un seul patient",
        _archive_sound,
        ("LGO.MSS.14", "MSS/CONF.23"),
        f"{SPEC} §3.2",
        "Corriger l'archive : arborescence, METADATA.XML, empreintes, tailles, un seul patient.",
        operations=MESSAGE,
    ),
    Check(
        "mss.xdm-subject",
        "Objet d'un courriel de documents",
        _subject,
        ("MSS/CONF.25",),
        f"{SPEC} §3.1, ECO.2.1.3",
        "Composer l'objet « XDM/1.0/DDM+<libellé> <NOM> <prenom> <date de naissance> » du patient des documents.",
        operations=MESSAGE,
    ),
    Check(
        "mss.ins-header",
        "X-MSS-INS conforme à l'archive",
        _ins_header,
        ("MSS/CONF.14",),
        f"{SPEC} §3.1, ECO.2.4.2",
        "Mettre O si l'archive porte un INS qualifié, N sinon ; pas d'en-tête sans CDA joint.",
        operations=MESSAGE,
    ),
    Check(
        "mss.code-header",
        "X-MSS-CODECDA conforme à l'archive",
        _code_header,
        ("MSS/CONF.15",),
        f"{SPEC} §3.1, ECO.2.4.1",
        "Lister le code de l'en-tête de chaque CDA, séparés par des virgules ; pas d'en-tête sans CDA joint.",
        operations=MESSAGE,
    ),
    Check(
        "mss.citizen-ins",
        "Adresse d'usager construite sur un INS qualifié",
        _citizen_ins,
        ("LGO.MSS.11", "MSS/va1.01"),
        f"{SPEC} §2, ECO.2.2.6",
        "N'écrire à un usager que si son INS est qualifié, et lui envoyer ses propres documents.",
        operations=MESSAGE,
    ),
)
