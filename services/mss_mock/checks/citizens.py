"""A mail to a citizen: only to a qualified INS, complete, never after a refusal.

Source: docs/sources/mssante.md (Adresse d'usager, Clore un échange, Un seul patient). What must *not* leave can only be
believed when its situation was staged: a marker says that a patient is not qualified, or refuses, nothing leaves for
that patient from then on, and mail still leaves for others. Pure functions of facts and of the session's past.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.markers import Marker
from mss_mock.checks.wording import MESSAGE
from mss_mock.codes import (
    IDENTITY_MARKERS,
    PATIENT_DOMAIN,
    QUALIFIED_IDENTITY,
    REFUSES_MAIL,
    REFUSES_MAIL_TO_PROFESSIONALS,
)
from mss_mock.facts import Fate, Mail, MailEnvelope, MailFates
from mss_mock.facts.content import MailContent

__all__ = ["CITIZEN_CHECKS"]


_BOUNCES = {
    "5.1.1": "aucun usager, ou aucun Mon espace santé, à cette adresse",
    "5.1.3": "l'adresse n'est pas faite d'un matricule",
    "5.2.1": "messagerie fermée par l'usager",
    "5.3.4": "plus de 25 Mo",
}
_FIN = re.compile(r"[\[(]\s*fin\s*[\])]", re.IGNORECASE)


def _matricule(address: str) -> str:
    return address.removesuffix(f"@{PATIENT_DOMAIN}").upper()


def _in_force(seen: Observed[Mail]) -> dict[str, Marker]:
    """Return the last marker on the identity of each patient."""
    return {marker.subject.upper(): marker for marker in seen.history.markers(*IDENTITY_MARKERS)}


def _mailed_since(seen: Observed[Mail], marker: Marker) -> bool:
    """Tell whether a citizen was written to after a marker, or is now."""
    matricule, now = marker.subject.upper(), seen.also(MailEnvelope)
    if now is not None and matricule in now.subjects:
        return True
    past = seen.history.all(MailEnvelope, about=matricule)
    return any(earlier.at.isoformat() >= marker.at for earlier, _ in past)


def _blocked(seen: Observed[Mail], staged: Iterable[Marker]) -> bool:
    """Tell whether somebody was staged, and nobody of these was written to."""
    markers = list(staged)
    return bool(markers) and not any(_mailed_since(seen, marker) for marker in markers)


# The address


def _citizen_ins(seen: Observed[Mail]) -> Outcome:
    content, envelope = seen.facts.read, seen.also(MailEnvelope)
    if content is None or envelope is None or not envelope.citizens:
        return None
    said = _in_force(seen)
    for address in envelope.citizens:
        marker = said.get(_matricule(address))
        if marker is not None and marker.plain_name != QUALIFIED_IDENTITY:
            received = f"{address} après le marqueur « {marker.name} »"
            return Violation(received, "aucun message : l'INS de cet usager n'est pas qualifié")
    if content.documents and not any(one.qualified for one in content.documents):
        place, person = content.documents[0].place, content.documents[0].told.shown
        received = f"{', '.join(envelope.citizens)} ; CDA {place} : {person}, sans INS qualifié"
        return Violation(received, "aucun message : l'INS de cet usager n'est pas qualifié")
    staged = (marker for marker in said.values() if marker.plain_name != QUALIFIED_IDENTITY)
    return _blocked(seen, staged) or None


CITIZEN_INS = Check(
    id="MSS-CITIZEN-INS",
    title="Adresse d'usager construite sur un INS qualifié",
    reads=Mail,
    test=_citizen_ins,
    source="docs/sources/mssante.md#adresse-usager",
    remedy="N'écrire à un usager que si son INS est qualifié, et lui envoyer ses propres documents.",
    requirements=("LGO.MSS.11", "MSS/UX.32"),
    operations=MESSAGE,
    aliases=("mss.citizen-ins",),
)


# The documents


def _documents(seen: Observed[Mail]) -> Outcome:
    content, envelope = seen.facts.read, seen.also(MailEnvelope)
    if content is None or envelope is None or not envelope.citizens or not content.has_archive:
        return None
    if content.complete:
        return all(document.qualified for document in content.documents) or None
    if envelope.professionals or not content.archive_is_sound:
        return None
    others = ", ".join(one.name for one in content.pdfs if one.is_pdf and not one.is_pdf_a1)
    as_many = content.document_count == len(content.pdfs) and len(content.archives) == 1
    if as_many and not others:
        return None
    faults = f"PDF qui ne sont pas PDF/A-1 : {others}" if others else "il faut une archive, et un PDF par CDA"
    received = f"{content.attachment_names} ; {faults}"
    return Violation(received, "une archive IHE_XDM.zip saine et, pour chaque CDA, son PDF/A-1")


CITIZEN_DOCUMENTS = Check(
    id="MSS-CITIZEN-DOCUMENTS",
    title="Documents entiers pour l'usager",
    reads=Mail,
    test=_documents,
    source="docs/sources/mssante.md#archive-et-pdf",
    remedy="Joindre l'archive XDM des CDA et, pour chacun, son PDF/A-1.",
    requirements=("MSS/va1.01", "MSS/CONF.23"),
    operations=MESSAGE,
)


# Refusals of the patient


def _refuses(seen: Observed[Mail]) -> Outcome:
    envelope, refused = seen.also(MailEnvelope), seen.history.markers(REFUSES_MAIL)
    if envelope is None or not envelope.citizens or not refused:
        return None
    to = {_matricule(address) for address in envelope.citizens} & {marker.subject.upper() for marker in refused}
    if to:
        received = f"un message à {', '.join(sorted(to))} après le marqueur « {REFUSES_MAIL} »"
        return Violation(received, "aucun message à cet usager")
    return _blocked(seen, refused) or None


CITIZEN_REFUSES = Check(
    id="MSS-CITIZEN-REFUSES",
    title="Rien ne part à l'usager qui refuse la messagerie",
    reads=Mail,
    test=_refuses,
    source="docs/sources/mssante.md#refus-du-patient",
    remedy="Enregistrez le refus du patient, et bloquez tout envoi à son adresse.",
    requirements=("LGO.MSS.17",),
    operations=MESSAGE,
)


def _refuses_professionals(seen: Observed[Mail]) -> Outcome:
    content, envelope = seen.facts.read, seen.also(MailEnvelope)
    refused = seen.history.markers(REFUSES_MAIL_TO_PROFESSIONALS)
    if content is None or envelope is None or not (envelope.professionals and content.matricules and refused):
        return None
    about = set(content.matricules) & {marker.subject.upper() for marker in refused}
    if about:
        received = f"les documents de {', '.join(sorted(about))} après le marqueur « {REFUSES_MAIL_TO_PROFESSIONALS} »"
        return Violation(received, "aucun document de ce patient à un professionnel")
    return not any(_sent_since(seen, marker) for marker in refused) or None


def _sent_since(seen: Observed[Mail], marker: Marker) -> bool:
    past = seen.history.all(Mail, about=marker.subject.upper())
    return any(earlier.at.isoformat() >= marker.at for earlier, _ in past)


PATIENT_REFUSES = Check(
    id="MSS-PATIENT-REFUSES",
    title="Aucun document ne part aux professionnels quand le patient le refuse",
    reads=Mail,
    test=_refuses_professionals,
    source="docs/sources/mssante.md#refus-du-patient",
    remedy="Enregistrez le refus du patient, et bloquez l'envoi de ses documents aux professionnels.",
    requirements=("MSS/va1.22",),
    operations=MESSAGE,
    confidence="M",
)


# The end


def _closing(seen: Observed[Mail]) -> Outcome:
    content, envelope = seen.facts.read, seen.also(MailEnvelope)
    if content is None or envelope is None:
        return None
    if content.head.mes is None:
        return _older_mark(content, envelope)
    kept = content.head.mes.strip() == "FIN" and bool(envelope.citizens)
    to = "un usager" if envelope.citizens else ", ".join(envelope.professionals)
    return kept or Violation(f"X-MSS-MES: {content.head.mes}, à {to}", "X-MSS-MES: FIN, et seulement à un usager")


def _older_mark(content: MailContent, envelope: MailEnvelope) -> Outcome:
    subject = content.head.subject.strip()
    meant = bool(envelope.citizens) and _FIN.fullmatch(subject) is not None and subject != "[FIN]"
    return meant and Violation(f"Subject: {subject}", "Subject: [FIN], ou mieux l'en-tête X-MSS-MES: FIN")


FIN = Check(
    id="MSS-FIN",
    title="Clôture d'un échange avec un usager",
    reads=Mail,
    test=_closing,
    source="docs/sources/mssante.md#fin",
    remedy="N'envoyer que « X-MSS-MES: FIN » (ou l'objet exact « [FIN] »), et seulement à un usager.",
    requirements=("MSS/CONF.21",),
    operations=MESSAGE,
    confidence="M",
    aliases=("mss.fin",),
)


# What comes back


def _bounced(seen: Observed[Mail]) -> Outcome:
    fates = seen.also(MailFates)
    back = [one for one in fates.fates if one.status in _BOUNCES and _to_citizen(one)] if fates is not None else []
    if not back:
        return None
    received = ", ".join(f"{one.address} : {one.status}, {_BOUNCES[one.status]}" for one in back)
    return Violation(received, "un usager dont la messagerie est ouverte, et 25 Mo au plus", where="RCPT TO")


def _to_citizen(fate: Fate) -> bool:
    return fate.address.endswith(f"@{PATIENT_DOMAIN}")


BOUNCED = Check(
    id="MSS-CITIZEN-BOUNCED",
    title="Message à un usager, accepté puis revenu",
    reads=Mail,
    test=_bounced,
    source="docs/sources/mssante.md#usager-inconnu",
    remedy="Lisez « Message non distribué » dans la boîte, prévenez l'utilisateur, et remettez le document autrement.",
    operations=MESSAGE,
    severity=Severity.INFO,
    confidence="M",
)

CITIZEN_CHECKS = (CITIZEN_INS, CITIZEN_DOCUMENTS, CITIZEN_REFUSES, PATIENT_REFUSES, FIN, BOUNCED)
