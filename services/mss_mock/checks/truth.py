"""One truth per mail: whatever names the patient, the author or the document names the same.

Source: docs/sources/mssante.md (Un seul patient, le même partout). The receiver files by METADATA.XML: what it says and
what the CDA says are compared with each other, and everything else with both. A place that agrees with one of two that
differ is not reproached again, and nothing is compared while the documents are of several patients. Pure functions of
facts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from health_documents.validation.comparing import Person, Said, matricules_in, names_in, plain
from health_documents.values.xdm import XdmFault
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from mss_mock.checks.wording import FORWARD, MESSAGE, SUBJECT, shown
from mss_mock.codes import PATIENT_DOMAIN
from mss_mock.facts import Mail, MailEnvelope
from mss_mock.facts.content import MailContent

__all__ = ["TRUTH_CHECKS"]

_MOST = 4
_DATE = re.compile(r"(?<!\d)(\d{2})/(\d{2})/(\d{4})(?!\d)")
_LEADING_DAY = re.compile(r"(\d{8})_")


def _check(
    identity: str,
    title: str,
    remedy: str,
    test: Callable[[Observed[Mail]], Outcome],
    requirements: tuple[str, ...] = ("LGO.MSS.14", "MSS/va1.01", "MSS/CONF.23"),
    severity: Severity = Severity.ERROR,
) -> Check[Mail]:
    return Check(
        id=identity,
        title=title,
        reads=Mail,
        test=test,
        source="docs/sources/mssante.md#un-patient",
        remedy=remedy,
        requirements=requirements,
        operations=MESSAGE,
        severity=severity,
    )


def _of_one(seen: Observed[Mail]) -> MailContent | None:
    """Return the mail when its documents are of one patient."""
    content = seen.facts.read
    return content if content is not None and content.documents and not content.several_patients else None


# METADATA.XML and the CDA


def _alike(seen: Observed[Mail], kind: Said) -> Outcome:
    content = _of_one(seen)
    if content is None or (kind is Said.PATIENT and _without_patient_id(content)):
        return None
    found = [(one.place, said) for one in content.documents for said in one.differences if said.kind is kind]
    if not found:
        return content.complete or None
    told = [f"METADATA.XML : {said.metadata} ; CDA {place} : {said.document}" for place, said in found[:_MOST]]
    expected = f"dans METADATA.XML, ce que dit le CDA : {found[0][1].document}"
    return Violation(" ; ".join(told), expected, where="METADATA.XML")


def _without_patient_id(content: MailContent) -> bool:
    """Tell whether metadata name no patient: ``archives`` says so."""
    told = (XdmFault.PATIENT, XdmFault.PATIENTS)
    return any(problem.fault in told for one in content.readable_archives for problem in one.problems)


# The subject


def _subject(seen: Observed[Mail]) -> Outcome:
    content = _of_one(seen)
    if content is None or not SUBJECT.fullmatch(FORWARD.sub("", content.head.subject)):
        return None
    text, days = plain(content.head.subject), ["-".join(reversed(one)) for one in _DATE.findall(content.head.subject)]
    if any(_names(text, one) and (not one.birth_date or one.birth_date in days) for one in content.people):
        return content.complete or None
    return _unlike(content, f"objet : {shown(content.head.subject)}", "Subject")


def _names(text: str, person: Person) -> bool:
    return names_in(text, person.names) and names_in(text, person.first_names)


def _unlike(content: MailContent, said: str, where: str) -> Violation:
    person = content.documents[0].told.shown
    return Violation(
        f"{said} ; CDA {content.documents[0].place} : {person}", f"le même patient : {person}", where=where
    )


# The address


def _address(seen: Observed[Mail]) -> Outcome:
    content, envelope = _of_one(seen), seen.also(MailEnvelope)
    known = {one.matricule for one in content.people if one.matricule} if content is not None else set()
    qualified = content is not None and any(one.qualified for one in content.documents)
    if content is None or envelope is None or not envelope.citizens or not (known and qualified):
        return None
    for address in envelope.citizens:
        if address.removesuffix(f"@{PATIENT_DOMAIN}").upper() not in known:
            return _unlike(content, f"destinataire : {address}", "RCPT TO")
    return content.complete or None


# The names of files


def _file_name(seen: Observed[Mail]) -> Outcome:
    content = _of_one(seen)
    if content is None:
        return None
    days = {day for one in content.documents for day in one.act_days}
    for pdf in content.pdfs:
        day = _LEADING_DAY.match(pdf.name)
        if day is None:
            continue
        text = plain(pdf.name)
        if not any(_names(text, one) for one in content.people):
            return _unlike(content, f"fichier : {pdf.name}", pdf.name)
        if days and day[1] not in days:
            received = f"fichier : {pdf.name} ; CDA et METADATA.XML : {', '.join(sorted(days)[:_MOST])}"
            return Violation(received, "la date de l'acte, telle que la dit le CDA", where=pdf.name)
    return content.complete or None


# What is printed


def _printed(seen: Observed[Mail]) -> Outcome:
    content = _of_one(seen)
    if content is None:
        return None
    for page in content.pages:
        if page.unlike:
            return _unlike(content, f"imprimé dans {page.place} : {page.unlike}", page.place)
    return (content.complete and any(page.readable for page in content.pages)) or None


def _same_content(seen: Observed[Mail]) -> Outcome:
    content = _of_one(seen)
    page = next((page for page in content.pages if page.lacks), None) if content is not None else None
    if content is None or page is None:
        return None
    received = f"{page.place} ; dans le PDF du CDA seulement : {page.lacks}…"
    return Violation(received, "le PDF engendré du CDA joint, de même contenu", where=page.place)


def _scanned(seen: Observed[Mail]) -> Outcome:
    content = _of_one(seen)
    found = next((page for page in content.pages if page.scanned), None) if content is not None else None
    if content is None or found is None:
        return None
    return _unlike(content, f"datamatrix de {found.place} : {found.scanned}", found.place)


# The INS where it must not stand


def _subject_ins(seen: Observed[Mail]) -> Outcome:
    content = seen.facts.read
    if content is None:
        return None
    squeezed = re.sub(r"[ .]", "", content.head.subject).upper()
    found = [one for one in content.matricules if one in squeezed] or list(matricules_in(content.head.subject))
    return bool(found) and Violation(
        f"objet : {shown(content.head.subject)}", "un objet sans matricule INS", where="Subject"
    )


_FROM_CDA = "Tirez METADATA.XML et le CDA de la même fiche, au même moment"

TRUTH_CHECKS = (
    _check(
        "MSS-SAME-PATIENT",
        "Le patient de METADATA.XML est celui du CDA",
        f"{_FROM_CDA} : le destinataire classe d'après patientId.",
        partial(_alike, kind=Said.PATIENT),
    ),
    _check(
        "MSS-SAME-TRAITS",
        "Les traits de METADATA.XML sont ceux du CDA",
        f"{_FROM_CDA} : nom, prénom et date de naissance de sourcePatientInfo.",
        partial(_alike, kind=Said.TRAITS),
    ),
    _check(
        "MSS-SAME-AUTHOR",
        "L'auteur de METADATA.XML est celui du CDA",
        f"{_FROM_CDA} : authorPerson reprend l'identifiant et le nom de l'auteur du CDA.",
        partial(_alike, kind=Said.AUTHOR),
    ),
    _check(
        "MSS-SAME-TYPE",
        "Le type de METADATA.XML est celui du CDA",
        "Reprenez ClinicalDocument/code dans typeCode.",
        partial(_alike, kind=Said.TYPE),
    ),
    _check(
        "MSS-SAME-DOCUMENT",
        "Le document que décrit METADATA.XML est le CDA joint",
        "Reprenez ClinicalDocument/id dans uniqueId.",
        partial(_alike, kind=Said.ID),
    ),
    _check(
        "MSS-SAME-DATE",
        "La date de METADATA.XML est celle du CDA",
        "Reprenez ClinicalDocument/effectiveTime dans creationTime, en temps universel.",
        partial(_alike, kind=Said.DATE),
        severity=Severity.WARNING,
    ),
    _check(
        "MSS-SAME-SUBJECT",
        "Le patient de l'objet est celui des documents",
        "Composez l'objet du nom, du prénom et de la date de naissance du patient des documents.",
        _subject,
        ("MSS/CONF.25", "MSS/CONF.23"),
    ),
    _check(
        "MSS-SAME-ADDRESS",
        "L'usager qui reçoit les documents est leur patient",
        "Construisez l'adresse sur le matricule INS du patient des documents (d'un enfant : le sien, non d'un parent).",
        _address,
        ("LGO.MSS.11", "MSS/UX.32", "MSS/CONF.23"),
    ),
    _check(
        "MSS-SAME-FILE-NAME",
        "Le PDF porte le nom du patient et la date de l'acte",
        "Nommez le PDF d'après le CDA dont il est engendré.",
        _file_name,
        ("LGO.DOC.01", "MSS/CONF.23"),
    ),
    _check(
        "MSS-SAME-PRINT",
        "Le patient imprimé dans le PDF est celui du CDA",
        "Engendrez le PDF du CDA joint, et joignez-le à ce courriel-là.",
        _printed,
    ),
    _check(
        "MSS-SAME-CONTENT",
        "Le PDF joint est le document du CDA",
        "Engendrez le PDF du CDA joint : celui-ci en est un autre.",
        _same_content,
    ),
    _check(
        "MSS-SAME-DATAMATRIX",
        "Le patient du datamatrix INS est celui du CDA",
        "Tirez le datamatrix de l'identité du CDA.",
        _scanned,
    ),
    Check(
        id="MSS-SUBJECT-INS",
        title="Pas d'INS dans l'objet",
        reads=Mail,
        test=_subject_ins,
        source="docs/sources/mssante.md#objet",
        remedy="Retirez le matricule de l'objet : il se lit sans ouvrir le message, et dans les journaux.",
        requirements=("MSS/CONF.25",),
        operations=MESSAGE,
    ),
)
