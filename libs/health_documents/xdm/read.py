"""Reads an IHE XDM archive that anybody may have sent.

Source: specs/mssante.md §3.1–3.2 (names in any case, patientId of the metadata identifies the patient), IHE ITI TF-2
§3.32; confidence high. Everything is bounded before it is read; nothing is written to disk. Shares constants with the
writer, and no code.
"""

from __future__ import annotations

import hashlib
import io
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass

from health_documents.errors import XdmError
from health_documents.quoting import quoted
from health_documents.values.xds import DocumentEntry, SubmissionSet
from health_documents.xds.read import Submission, read_submission
from health_documents.xml import MalformedXml, parse

__all__ = ["XdmArchive", "XdmEntry", "XdmLimits", "read_xdm"]

_SUBSET = "IHE_XDM/SUBSET01/"
_METADATA = f"{_SUBSET}METADATA.XML"
_REQUIRED = ("README.TXT", "INDEX.HTM")
_CENTRAL_HEADER = b"PK\x01\x02"
_ZIP_MAGIC = b"PK\x03\x04"
_ENCRYPTED = 0x1
_UNREADABLE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, RuntimeError)
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


@dataclass(frozen=True, slots=True)
class XdmLimits:
    """How much an archive may hold: bytes of the archive, members, bytes of one member and of all, inflated."""

    archive: int = 35 * 1024 * 1024
    members: int = 200
    member: int = 32 * 1024 * 1024
    total: int = 100 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class XdmEntry:
    """A document of the archive. ``content`` is None when its file is absent; ``problems`` are French sentences."""

    metadata: DocumentEntry
    content: bytes | None
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class XdmArchive:
    """An archive as read. ``patient_id`` is the CX of the submission set, or of the first entry without one.

    ``problems`` concern the archive as a whole (files that should be there, several patients); ``names`` are all its
    members.
    """

    patient_id: str
    submission_set: SubmissionSet | None
    entries: tuple[XdmEntry, ...]
    problems: tuple[str, ...]
    names: tuple[str, ...]


def read_xdm(data: bytes, limits: XdmLimits | None = None) -> XdmArchive:
    """Read an archive, verify name, hash and size of each document and report what does not fit.

    Raises XdmError for what is no archive, what is dangerous (paths out of the archive, links, encryption, archives in
    the archive, more than the limits allow) and what has no readable METADATA.XML.
    """
    members = _members(data, limits or XdmLimits())
    submission = _submission(members)
    entries = tuple(_entry(entry, members) for entry in submission.entries)
    patients = _patients(submission)
    return XdmArchive(
        patient_id=patients[0] if patients else "",
        submission_set=submission.submission_set,
        entries=entries,
        problems=tuple(_problems(members, patients)),
        names=tuple(members),
    )


def _members(data: bytes, limits: XdmLimits) -> dict[str, bytes]:
    if len(data) > limits.archive:
        raise XdmError(f"archive de {len(data)} octets, plus que les {limits.archive} admis")
    # Counted before zipfile builds an object for each: the directory alone may exhaust the memory.
    if data.count(_CENTRAL_HEADER) > limits.members:
        raise XdmError(f"plus de {limits.members} fichiers dans l'archive")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _inflated(archive, limits)
    except XdmError:
        raise
    except _UNREADABLE as error:
        raise XdmError(f"archive ZIP illisible : {error}") from error


def _inflated(archive: zipfile.ZipFile, limits: XdmLimits) -> dict[str, bytes]:
    members: dict[str, bytes] = {}
    left = limits.total
    for info in archive.infolist():
        _refuse_dangerous(info)
        if info.is_dir():
            continue
        if info.filename.upper() in (name.upper() for name in members):
            raise XdmError(f"fichier {quoted(info.filename)} présent deux fois")
        content = _read(archive, info, min(limits.member, left))
        left -= len(content)
        members[info.filename] = content
    return members


def _refuse_dangerous(info: zipfile.ZipInfo) -> None:
    name = info.filename
    parts = name.removesuffix("/").split("/")
    if name.startswith("/") or "\\" in name or ":" in name or not {"", ".", ".."}.isdisjoint(parts):
        raise XdmError(f"chemin {quoted(name, 80)} interdit")
    if not name.isprintable():
        raise XdmError("nom de fichier non imprimable")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise XdmError(f"{quoted(name)} est un lien")
    if info.flag_bits & _ENCRYPTED or info.compress_type not in _METHODS:
        raise XdmError(f"{quoted(name)} est chiffré ou comprimé par une méthode non admise")


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    with archive.open(info) as member:
        content = member.read(limit + 1)
        if len(content) > limit:
            raise XdmError(f"{quoted(info.filename)} dépasse la taille admise une fois décomprimé")
        member.read(1)
    if content.startswith(_ZIP_MAGIC):
        raise XdmError(f"{quoted(info.filename)} est une archive dans l'archive")
    return content


def _named(members: dict[str, bytes], name: str) -> bytes | None:
    return next((content for one, content in members.items() if one.upper() == name.upper()), None)


def _submission(members: dict[str, bytes]) -> Submission:
    metadata = _named(members, _METADATA)
    if metadata is None:
        raise XdmError(f"{_METADATA} absent de l'archive")
    try:
        return read_submission(parse(metadata))
    except MalformedXml as error:
        raise XdmError(f"{_METADATA} : {error.reason}") from error


def _entry(entry: DocumentEntry, members: dict[str, bytes]) -> XdmEntry:
    content = _named(members, _SUBSET + entry.uri) if entry.uri else None
    if content is None:
        problem = f"URI {quoted(entry.uri)} : aucun fichier de ce nom" if entry.uri else "URI absente des métadonnées"
        return XdmEntry(entry, None, (problem,))
    return XdmEntry(entry, content, tuple(_mismatches(entry, content)))


def _mismatches(entry: DocumentEntry, content: bytes) -> list[str]:
    problems = []
    if entry.hash.lower() != (digest := hashlib.sha1(content, usedforsecurity=False).hexdigest()):
        problems.append(f"hash {entry.hash or 'absent'} : {digest} calculé (SHA-1)")
    if entry.size != len(content):
        problems.append(f"size {'absent' if entry.size is None else entry.size} : {len(content)} octets")
    return problems


def _patients(submission: Submission) -> list[str]:
    owner = submission.submission_set.patient_id if submission.submission_set else ""
    ids = [owner, *(entry.patient_id for entry in submission.entries)]
    return list(dict.fromkeys(one for one in ids if one))


def _problems(members: dict[str, bytes], patients: list[str]) -> list[str]:
    problems = [f"fichier {name} absent" for name in _REQUIRED if _named(members, name) is None]
    if len(patients) > 1:
        problems.append("plusieurs patients dans les métadonnées")
    if not patients:
        problems.append("aucun patientId dans les métadonnées")
    return problems
