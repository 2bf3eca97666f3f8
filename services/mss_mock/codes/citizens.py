"""The states of a citizen's mailbox, and what a simulated citizen does with a mail.

Source: docs/sources/mssante.md (Adresse d'usager, Usager inconnu ou boîte fermée, Droit de répondre). Causes are
known, the codes and words of the reports are ours. Data only: knows nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "CHILD_TAG",
    "INVALID_ADDRESS",
    "REFUSALS_OF_STATES",
    "ROBOT_TITLES",
    "STATE_TAGS",
    "CitizenState",
    "Robot",
    "StateRefusal",
]

CHILD_TAG = "mineur"
"""The tag of a child: a legal representative writes from the child's own mailbox."""


class CitizenState(StrEnum):
    """Whether a citizen has Mon espace santé, and takes mail there."""

    OPEN = "open"
    CLOSED = "closed"
    ABSENT = "absent"
    OPPOSED = "opposed"


STATE_TAGS = (
    ("dmp-absent", CitizenState.ABSENT),
    ("messagerie-fermee", CitizenState.CLOSED),
)
"""What the tags of a patient say of the mailbox; the first that is there decides."""


@dataclass(frozen=True, slots=True)
class StateRefusal:
    """Why a citizen in a state takes no mail. ``status`` is RFC 3463, ``text`` follows it on the wire (ASCII)."""

    status: str
    text: str
    cause: str


REFUSALS_OF_STATES = {
    CitizenState.CLOSED: StateRefusal("5.2.1", "Mailbox closed", "l'usager a fermé sa messagerie Mon espace santé"),
    CitizenState.ABSENT: StateRefusal("5.1.1", "User unknown", "cet usager n'a pas de Mon espace santé"),
    CitizenState.OPPOSED: StateRefusal(
        "5.1.1", "User unknown", "cet usager s'est opposé à l'ouverture de Mon espace santé"
    ),
}
"""An opposition is told as an absence on the wire: it is nobody's business. The French cause is the sandbox's."""

INVALID_ADDRESS = StateRefusal(
    "5.1.3", "Bad mailbox name", "l'adresse n'est pas faite des 15 caractères d'un matricule"
)


class Robot(StrEnum):
    """What a simulated citizen does with a mail."""

    NONE = "none"
    ANSWER = "answer"
    LATE = "late"
    ATTACHMENT = "attachment"
    SILENT = "silent"
    FIRST = "first"


ROBOT_TITLES = {
    Robot.NONE: "personne n'ouvre la messagerie",
    Robot.ANSWER: "lit et répond aussitôt",
    Robot.LATE: "lit et répond plus tard (option robot_delay, en heure d'âge)",
    Robot.ATTACHMENT: "lit et répond aussitôt, avec une pièce jointe",
    Robot.SILENT: "lit, et ne répond jamais",
    Robot.FIRST: "lit, et écrit de lui-même un nouveau message plus tard",
}
