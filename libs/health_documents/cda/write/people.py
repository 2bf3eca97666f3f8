"""Writes the people and structures of a CDA: authors, signatories, recipients, informants, participants.

Source: specs/cda.md §4; confidence high. A préparateur en pharmacie is an author like another: only the code system of
the profession differs. Knows no document type; readers do not use it.
"""

from __future__ import annotations

from datetime import datetime

from lxml import etree

from health_documents.cda.write.elements import (
    XSI_TYPE,
    add,
    add_address,
    add_code,
    add_id,
    add_person_name,
    add_phone,
    add_time,
    timestamp,
)
from health_documents.errors import InvalidContent
from health_documents.quoting import quoted
from health_documents.values.document import Author, Code, Organization, Participant, Recipient, RelatedPerson

__all__ = [
    "add_assigned_entity",
    "add_author",
    "add_guardian",
    "add_informant",
    "add_organization",
    "add_participant",
    "add_recipient",
]

_INFORMANT_KINDS = frozenset({"ECON", "NOK", "CON", "CAREGIVER", "PAT"})


def add_author(parent: etree._Element, author: Author, at: datetime, **attributes: str) -> None:
    """Append an author, a person or a software, of a document, a section or an entry."""
    element = add(parent, "author", **attributes)
    if author.function:
        add_code(element, author.function, name="functionCode")
    add_time(element, "time", at)
    assigned = add(element, "assignedAuthor")
    _professional(assigned, author)
    if author.device:
        device = add(assigned, "assignedAuthoringDevice")
        add(device, "manufacturerModelName", author.device_model or ".")
        add(device, "softwareName", author.device)
    else:
        add_person_name(add(assigned, "assignedPerson"), author)
    if author.structure:
        add_organization(add(assigned, "representedOrganization"), author.structure)


def add_assigned_entity(parent: etree._Element, author: Author) -> etree._Element:
    """Append and return the assignedEntity of a signatory, a performer or a responsible party."""
    entity = add(parent, "assignedEntity")
    _professional(entity, author)
    add_person_name(add(entity, "assignedPerson"), author)
    if author.structure:
        add_organization(add(entity, "representedOrganization"), author.structure)
    return entity


def add_organization(element: etree._Element, structure: Organization) -> None:
    """Fill the element of a structure."""
    add_id(element, structure.root, structure.id_nat)
    add(element, "name", structure.name)
    add_phone(element, structure.phone, use="WP")
    add_address(element, structure)


def add_recipient(document: etree._Element, recipient: Recipient) -> None:
    """Append a recipient: a person, a structure or both, with its mailbox."""
    intended = add(add(document, "informationRecipient"), "intendedRecipient")
    if recipient.national_id:
        add_id(intended, recipient.root, recipient.national_id)
    if recipient.mailbox:
        add(intended, "telecom", value=f"mailto:{recipient.mailbox}")
    if recipient.family_name:
        add_person_name(add(intended, "informationRecipient"), recipient)
    if recipient.structure:
        add_organization(add(intended, "receivedOrganization"), recipient.structure)


def add_informant(document: etree._Element, person: RelatedPerson) -> None:
    """Append an informant. Raises InvalidContent for another kind of person."""
    if person.kind not in _INFORMANT_KINDS:
        raise InvalidContent(
            f"informateur de nature {quoted(person.kind)} (admis : {', '.join(sorted(_INFORMANT_KINDS))})"
        )
    entity = add(add(document, "informant"), "relatedEntity", classCode=person.kind)
    if person.relation:
        add_code(entity, person.relation)
    _contact(entity, person)
    add_person_name(add(entity, "relatedPerson"), person)


def add_guardian(patient: etree._Element, person: RelatedPerson) -> None:
    """Append the legal representative of a patient."""
    guardian = add(patient, "guardian")
    if person.relation:
        add_code(guardian, person.relation)
    _contact(guardian, person)
    add_person_name(add(guardian, "guardianPerson"), person)


def add_participant(document: etree._Element, participant: Participant) -> None:
    """Append a participant; an unknown person is written as such."""
    element = add(document, "participant", typeCode=participant.kind)
    if participant.function:
        add_code(element, participant.function, name="functionCode")
    _participation_time(element, participant)
    entity = add(element, "associatedEntity", classCode=participant.role)
    if participant.person is None:
        add(entity, "id", nullFlavor="UNK")
        return
    _professional(entity, participant.person)
    add_person_name(add(entity, "associatedPerson"), participant.person)
    if participant.person.structure:
        add_organization(add(entity, "scopingOrganization"), participant.person.structure)


def _participation_time(element: etree._Element, participant: Participant) -> None:
    time = add(element, "time")
    if participant.start is None and participant.stop is None:
        time.set("nullFlavor", "UNK")
        return
    time.set(XSI_TYPE, "IVL_TS")
    for name, moment in (("low", participant.start), ("high", participant.stop)):
        if moment:
            add(time, name, value=timestamp(moment))


def _professional(parent: etree._Element, author: Author) -> None:
    add_id(parent, author.root, author.national_id)
    if author.specialty_code:
        add_code(parent, Code(author.specialty_code, author.specialty_label, author.specialty_system))
    if author.structure:
        add_address(parent, author.structure)
        add_phone(parent, author.structure.phone, use="WP")


def _contact(parent: etree._Element, person: RelatedPerson) -> None:
    add_address(parent, person)
    add_phone(parent, person.phone, use="H")
