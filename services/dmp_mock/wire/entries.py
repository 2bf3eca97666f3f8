"""Writing what the registry holds: entries as ExtrinsicObjects in the order of the real answers, lots, associations.

Source: docs/sources/dmp.md#requete-xds: attributes, slots in alphabetical order, Name, Description, VersionInfo,
classifications author → class → confidentiality → event → format → facility → practice → type, then external
identifiers patientId and uniqueId, every nested id a fresh ``urn:uuid:``, no ``objectType`` on nested objects; high. It
is written as text, which costs a third of what a tree does: a query may find a thousand. Knows values, not the reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from dmp_mock.codes.xds import CLASSIFICATIONS, ENTRY_ORDER, Status
from dmp_mock.domain.values import Author, Coded, Entry, Link, SubmissionSet
from health_documents import oids

__all__ = ["entry_text", "link_text", "reference_text", "set_text"]

NewId = Callable[[], str]

_SCHEMES = {name: scheme for scheme, name in CLASSIFICATIONS.items()}
_SHOWN_SLOTS = frozenset(
    {
        "creationTime",
        "hash",
        "languageCode",
        "legalAuthenticator",
        "repositoryUniqueId",
        "serviceStartTime",
        "serviceStopTime",
        "size",
        "sourcePatientId",
        "sourcePatientInfo",
        "urn:ihe:iti:xds:2013:referenceIdList",
    }
)
_ESCAPED = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
)


def _escape(text: str) -> str:
    return text.translate(_ESCAPED)


def entry_text(entry: Entry, new_id: NewId) -> str:
    """Return an entry; ``new_id`` gives the ``urn:uuid:`` of nested objects. The prefix is ``rim``."""
    owner = _escape(entry.id)
    slots = "".join(_slot(name, entry.slots[name]) for name in sorted(_SHOWN_SLOTS & entry.slots.keys()))
    authors = "".join(_author(oids.U_DOC_AUTHOR, owner, author, new_id) for author in entry.authors)
    coded = "".join(
        _code(owner, _SCHEMES[name], one, new_id) for name in ENTRY_ORDER for one in entry.codes.get(name, ())
    )
    externals = {
        "XDSDocumentEntry.patientId": (oids.U_DOC_PATIENT_ID, entry.patient_id),
        "XDSDocumentEntry.uniqueId": (oids.U_DOC_UNIQUE_ID, entry.unique_id),
    }
    return (
        f'<rim:ExtrinsicObject id="{owner}" isOpaque="false" lid="{_escape(entry.lid)}"'
        f' mimeType="{_escape(entry.mime_type)}" objectType="{_escape(entry.object_type)}"'
        f' status="{_escape(entry.status)}">{slots}{_label("Name", entry.title)}'
        f'{_label("Description", entry.comments)}<rim:VersionInfo versionName="{entry.version}"/>'
        f"{authors}{coded}{_externals(owner, externals, new_id)}</rim:ExtrinsicObject>"
    )


def set_text(submission: SubmissionSet, new_id: NewId) -> str:
    """Return a lot as a RegistryPackage."""
    owner = _escape(submission.id)
    authors = "".join(_author(oids.U_SET_AUTHOR, owner, author, new_id) for author in submission.authors)
    kinds = "".join(_code(owner, oids.U_SET_CONTENT_TYPE, one, new_id) for one in submission.content_types)
    externals = {
        "XDSSubmissionSet.patientId": (oids.U_SET_PATIENT_ID, submission.patient_id),
        "XDSSubmissionSet.sourceId": (oids.U_SET_SOURCE_ID, submission.source_id),
        "XDSSubmissionSet.uniqueId": (oids.U_SET_UNIQUE_ID, submission.unique_id),
    }
    return (
        f'<rim:RegistryPackage id="{owner}" lid="{owner}" objectType="{oids.RIM_OBJECT}RegistryPackage"'
        f' status="{Status.APPROVED}">{_slot("submissionTime", (submission.submission_time,))}'
        f"{_label('Name', submission.title)}{_label('Description', submission.comments)}"
        f'<rim:Classification classificationNode="{oids.U_SUBMISSION_SET}" classifiedObject="{owner}" id="{new_id()}"/>'
        f"{authors}{kinds}{_externals(owner, externals, new_id)}</rim:RegistryPackage>"
    )


def link_text(link: Link) -> str:
    """Return an association."""
    told = {
        "NewStatus": (link.new,),
        "OriginalStatus": (link.original,),
        "PreviousVersion": (link.previous,),
        "SubmissionSetStatus": link.statuses,
    }
    slots = "".join(_slot(name, values) for name, values in told.items() if any(values))
    return (
        f'<rim:Association associationType="{_escape(link.type)}" id="{_escape(link.id)}"'
        f' objectType="{oids.RIM_OBJECT}Association" sourceObject="{_escape(link.source)}" status="{Status.APPROVED}"'
        f' targetObject="{_escape(link.target)}">{slots}</rim:Association>'
    )


def reference_text(identifier: str) -> str:
    """Return the ObjectRef of an object."""
    return f'<rim:ObjectRef id="{_escape(identifier)}"/>'


def _slot(name: str, values: Iterable[str]) -> str:
    written = "".join(f"<rim:Value>{_escape(value)}</rim:Value>" for value in values)
    return f'<rim:Slot name="{name}"><rim:ValueList>{written}</rim:ValueList></rim:Slot>'


def _label(name: str, text: str) -> str:
    if not text:
        return f"<rim:{name}/>"
    return f'<rim:{name}><rim:LocalizedString charset="UTF8" value="{_escape(text)}" xml:lang="FR"/></rim:{name}>'


def _classification(owner: str, scheme: str, node: str, content: str, new_id: NewId) -> str:
    return (
        f'<rim:Classification classificationScheme="{scheme}" classifiedObject="{owner}" id="{new_id()}"'
        f' nodeRepresentation="{_escape(node)}">{content}</rim:Classification>'
    )


def _author(scheme: str, owner: str, author: Author, new_id: NewId) -> str:
    told = {
        "authorInstitution": author.institutions,
        "authorPerson": author.persons,
        "authorRole": author.roles,
        "authorSpecialty": author.specialties,
    }
    slots = "".join(_slot(name, values) for name, values in told.items() if values)
    return _classification(owner, scheme, "", slots, new_id)


def _code(owner: str, scheme: str, coded: Coded, new_id: NewId) -> str:
    content = f"{_slot('codingScheme', (coded.scheme,))}{_label('Name', coded.label)}"
    return _classification(owner, scheme, coded.code, content, new_id)


def _externals(owner: str, values: Mapping[str, tuple[str, str]], new_id: NewId) -> str:
    return "".join(
        f'<rim:ExternalIdentifier id="{new_id()}" identificationScheme="{scheme}" registryObject="{owner}"'
        f' value="{_escape(value)}">{_label("Name", name)}</rim:ExternalIdentifier>'
        for name, (scheme, value) in values.items()
    )
