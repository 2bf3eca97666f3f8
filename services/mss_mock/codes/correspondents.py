"""The correspondents of the pharmacy: who they are, what each may do, and what a receiver has to do with their mails.

Source: docs/sources/mssante.md#correspondants (who sends which documents), #erreurs-integration (codes 902 to 906). The
people are those of the sandbox; which of them send what, and the outcomes, are ours. Data only: knows nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "ACT_TITLES",
    "CORPUS",
    "PARTNERS",
    "PRODUCT",
    "RECEIPT_HEADERS",
    "Act",
    "Case",
    "CorpusCase",
    "Expected",
    "Outcome",
    "Partner",
    "Reason",
    "Receipt",
    "State",
]


PRODUCT = "SBX-CORRESPONDANT-000001"
"""The product number of the correspondents' software; invented."""


class Act(StrEnum):
    """What a correspondent does."""

    SYNTHESIS = "vsm"
    PRESCRIPTION = "ordonnance"
    QUESTION = "question"
    DISCHARGE_LETTER = "lettre-de-liaison"
    OPERATION = "compte-rendu-operatoire"
    DISCHARGE_PRESCRIPTION = "ordonnance-de-sortie"
    HISTORY = "historique"
    BIOLOGY = "biologie"
    CRITICAL_BIOLOGY = "biologie-critique"
    IMAGING = "imagerie"
    NEW_VERSION = "nouvelle-version"
    WITHDRAWAL = "suppression"


ACT_TITLES = {
    Act.SYNTHESIS: "Synthèse médicale (VSM)",
    Act.PRESCRIPTION: "Ordonnance de médicaments",
    Act.QUESTION: "Question sans document",
    Act.DISCHARGE_LETTER: "Lettre de liaison à la sortie",
    Act.OPERATION: "Compte rendu opératoire",
    Act.DISCHARGE_PRESCRIPTION: "Ordonnance de sortie",
    Act.HISTORY: "Documents historiques, plusieurs dans une archive",
    Act.BIOLOGY: "Compte rendu d'examens biologiques",
    Act.CRITICAL_BIOLOGY: "Compte rendu d'examens biologiques, avec un résultat critique",
    Act.IMAGING: "Compte rendu d'imagerie",
    Act.NEW_VERSION: "Nouvelle version, qui annule et remplace le dernier document envoyé",
    Act.WITHDRAWAL: "Message préétabli : le dernier document envoyé est supprimé",
}


@dataclass(frozen=True, slots=True)
class Partner:
    """A correspondent: ``persona`` writes and signs, from a mailbox of his own or, ``software``, of the structure's."""

    id: str
    title: str
    persona: str
    software: bool
    acts: tuple[Act, ...]


_OF_ALL = (Act.NEW_VERSION, Act.WITHDRAWAL)
PARTNERS = {
    one.id: one
    for one in (
        Partner(
            "generaliste",
            "Médecin généraliste",
            "generaliste",
            False,
            (Act.SYNTHESIS, Act.PRESCRIPTION, Act.QUESTION, *_OF_ALL),
        ),
        Partner(
            "hopital",
            "Hôpital",
            "hospitalier",
            True,
            (Act.DISCHARGE_LETTER, Act.OPERATION, Act.DISCHARGE_PRESCRIPTION, Act.HISTORY, *_OF_ALL),
        ),
        Partner(
            "laboratoire",
            "Laboratoire de biologie médicale",
            "biologiste",
            True,
            (Act.BIOLOGY, Act.CRITICAL_BIOLOGY, *_OF_ALL),
        ),
        Partner("imagerie", "Centre d'imagerie", "radiologue", True, (Act.IMAGING, *_OF_ALL)),
    )
}


class Receipt(StrEnum):
    """What a correspondent asks to be told: that the mail was delivered, that it was read."""

    DELIVERY = "dsn"
    READING = "mdn"


RECEIPT_HEADERS = {Receipt.DELIVERY: "Return-Receipt-To", Receipt.READING: "Disposition-Notification-To"}


class State(StrEnum):
    """Whether what a correspondent does has happened, or waits for its moment."""

    WAITING = "prévu"
    DONE = "remis"


class Outcome(StrEnum):
    """What a receiver has to do with a mail by itself."""

    FILED = "filed"
    REPLACES = "replaces"
    ALERT = "alert"
    QUARANTINE = "quarantine"
    READ = "read"
    WITHDRAWN = "withdrawn"


class Reason(StrEnum):
    """Why a mail goes into quarantine."""

    PDF_ALONE = "pdf-alone"
    PATIENT_UNKNOWN = "patient-unknown"
    OTHER_PATIENT = "other-patient"
    NO_INS = "no-ins"
    OTHER_DOMAIN = "other-identification-domain"
    CORRUPT_ARCHIVE = "corrupt-archive"


@dataclass(frozen=True, slots=True)
class Expected:
    """The expected outcome of a mail: how many documents are filed, or why none; ``error`` is the code of ERR-5."""

    outcome: Outcome
    text: str
    documents: int = 0
    reason: Reason | None = None
    error: str = ""


class Case(StrEnum):
    """The mails of the inbound corpus, in the order in which they are put in a mailbox."""

    LEVEL_1 = "n1"
    LEVEL_3 = "n3"
    SEVERAL = "plusieurs-documents"
    PDF_ALONE = "pdf-seul"
    UNKNOWN_PATIENT = "patient-inconnu"
    OTHER_PATIENT = "document-d-un-autre"
    NO_INS = "sans-ins"
    OTHER_DOMAIN = "autre-domaine-d-identification"
    FIRST_VERSION = "version-1"
    SECOND_VERSION = "version-2"
    WITHDRAWAL = "suppression"
    CRITICAL = "resultat-critique"
    CORRUPT = "archive-corrompue"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class CorpusCase:
    """A mail of the corpus: who writes it by which act, and what is expected. ``of``: the case that it is about."""

    case: Case
    title: str
    partner: str
    act: Act
    expected: Expected
    of: Case | None = None


def _filed(text: str, documents: int = 1) -> Expected:
    return Expected(Outcome.FILED, text, documents)


def _held(reason: Reason, error: str, text: str) -> Expected:
    return Expected(Outcome.QUARANTINE, text, reason=reason, error=error)


CORPUS = {
    one.case: one
    for one in (
        CorpusCase(
            Case.LEVEL_1,
            "Document de niveau 1 (PDF dans un CDA)",
            "hopital",
            Act.DISCHARGE_LETTER,
            _filed("classé sans intervention dans le dossier du patient que METADATA.XML nomme par son INS"),
        ),
        CorpusCase(
            Case.LEVEL_3,
            "Document de niveau 3 (CDA structuré)",
            "generaliste",
            Act.PRESCRIPTION,
            _filed("classé sans intervention, et ses lignes de médicaments peuvent être lues"),
        ),
        CorpusCase(
            Case.SEVERAL,
            "Plusieurs documents d'un patient dans une archive",
            "hopital",
            Act.HISTORY,
            _filed("chaque document de l'archive est classé, à sa propre date", 3),
        ),
        CorpusCase(
            Case.PDF_ALONE,
            "Un PDF, sans archive",
            "imagerie",
            Act.IMAGING,
            _held(
                Reason.PDF_ALONE,
                "",
                "en quarantaine : aucun METADATA.XML ne dit de quel patient ; quelqu'un le rattache à la main",
            ),
        ),
        CorpusCase(
            Case.UNKNOWN_PATIENT,
            "Document d'un patient que l'officine ne connaît pas",
            "laboratoire",
            Act.BIOLOGY,
            _held(Reason.PATIENT_UNKNOWN, "902", "en quarantaine : l'INS est juste, et n'est celui d'aucun patient"),
        ),
        CorpusCase(
            Case.OTHER_PATIENT,
            "METADATA.XML et l'objet nomment le patient, le document est celui d'un autre",
            "imagerie",
            Act.IMAGING,
            _held(
                Reason.OTHER_PATIENT,
                "904",
                "en quarantaine : les deux INS diffèrent ; le classer serait l'erreur la plus grave",
            ),
        ),
        CorpusCase(
            Case.NO_INS,
            "Document sans INS, sous l'identifiant local de l'émetteur",
            "hopital",
            Act.OPERATION,
            _held(Reason.NO_INS, "903", "en quarantaine : des traits sans INS ne suffisent pas à classer"),
        ),
        CorpusCase(
            Case.OTHER_DOMAIN,
            "Identifiant d'un autre domaine d'identification (INS-C, abandonné)",
            "laboratoire",
            Act.BIOLOGY,
            _held(
                Reason.OTHER_DOMAIN, "903", "en quarantaine : l'OID n'est pas celui d'un INS, quel que soit le numéro"
            ),
        ),
        CorpusCase(
            Case.FIRST_VERSION,
            "Première version d'un document",
            "imagerie",
            Act.IMAGING,
            _filed("classé sans intervention ; le message suivant la remplace"),
        ),
        CorpusCase(
            Case.SECOND_VERSION,
            "Nouvelle version du même document (RPLC)",
            "imagerie",
            Act.NEW_VERSION,
            Expected(
                Outcome.REPLACES, "classé, et la première version est montrée comme annulée et remplacée", documents=1
            ),
            Case.FIRST_VERSION,
        ),
        CorpusCase(
            Case.WITHDRAWAL,
            "Message préétabli : le document est supprimé par son auteur",
            "imagerie",
            Act.WITHDRAWAL,
            Expected(
                Outcome.WITHDRAWN,
                "laissé à lire, relié au document classé dont il parle : quelqu'un l'écarte du dossier",
            ),
            Case.SECOND_VERSION,
        ),
        CorpusCase(
            Case.CRITICAL,
            "Compte rendu de biologie avec un résultat critique",
            "laboratoire",
            Act.CRITICAL_BIOLOGY,
            Expected(
                Outcome.ALERT,
                "classé, et le résultat au-delà de ses limites critiques est signalé aussitôt",
                documents=1,
            ),
        ),
        CorpusCase(
            Case.CORRUPT,
            "Archive coupée en chemin",
            "hopital",
            Act.DISCHARGE_PRESCRIPTION,
            _held(Reason.CORRUPT_ARCHIVE, "906", "en quarantaine : l'archive ne s'ouvre pas, rien n'en est classé"),
        ),
        CorpusCase(
            Case.QUESTION,
            "Question d'un médecin, sans document",
            "generaliste",
            Act.QUESTION,
            Expected(Outcome.READ, "laissé à lire : rien à classer"),
        ),
    )
}
"""Each mail stands alone but the second version and the withdrawal, which are about the mail before them."""
