"""Reads an IHE XDM archive that anybody may have sent.

Source: specs/mssante.md §3.1–3.2 (names in any case, patientId of the metadata identifies the patient), IHE ITI TF-2
§3.32; confidence high. Everything is bounded before it is read; nothing is written to disk. Shares constants with the
writer, and no code.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from health_documents import oids
from health_documents.errors import XdmError
from health_documents.quoting import quoted
from health_documents.values.xdm import XdmFault, XdmProblem
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
_FRENCH = (
    ("File is not a zip file", "la fin du fichier manque, ou ce n'est pas un fichier ZIP"),
    ("Bad CRC-32", "un fichier de l'archive a été altéré (somme de contrôle)"),
)
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_CDA_MEDIA_TYPE = "text/xml"
_CDA = re.compile(rb"<(?:[A-Za-z][\w.-]*:)?ClinicalDocument[\s>]")
_CDA_WINDOW = 8192
_CX = re.compile(r"[^^&]+\^\^\^[^&^]*&[0-9.]+&ISO(?:\^.*)?")
_PATIENT = re.compile(r"([^^]*)(?:\^\^\^[^&^]*&([0-9.]*))?")
"""The id and its root: the type after them may be said or not."""
_DESCRIBED = (".XML", ".PDF")
_MAX_NAMED = 3


@dataclass(frozen=True, slots=True)
class XdmLimits:
    """How much an archive may hold: bytes of the archive, members, bytes of one member and of all, inflated."""

    archive: int = 35 * 1024 * 1024
    members: int = 200
    member: int = 32 * 1024 * 1024
    total: int = 100 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class XdmEntry:
    """A document of the archive. ``content`` is None when its file is absent."""

    metadata: DocumentEntry
    content: bytes | None
    problems: tuple[XdmProblem, ...]

    @property
    def is_cda(self) -> bool:
        """Tell whether this is a CDA, by its media type or by what it holds."""
        return self.metadata.mime_type == _CDA_MEDIA_TYPE or _holds_cda(self.content)


@dataclass(frozen=True, slots=True)
class XdmArchive:
    """An archive as read. ``patient_id`` is the CX of the submission set, or of the first entry without one.

    ``problems`` concern the archive as a whole (files that should be there, several patients); ``names`` are all its
    members; ``replacing`` are the ids of the entries that replace another document (RPLC).
    """

    patient_id: str
    submission_set: SubmissionSet | None
    entries: tuple[XdmEntry, ...]
    problems: tuple[XdmProblem, ...]
    names: tuple[str, ...]
    replacing: tuple[str, ...] = ()


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
        problems=tuple(_problems(members, submission, patients)),
        names=tuple(members),
        replacing=tuple(one.source for one in submission.associations if one.kind == oids.ASSOCIATION_REPLACES),
    )


def _members(data: bytes, limits: XdmLimits) -> dict[str, bytes]:
    if len(data) > limits.archive:
        raise XdmError(f"archive de {len(data)} octets, plus que les {limits.archive} admis", XdmFault.LIMITS)
    # Counted before zipfile builds an object for each: the directory alone may exhaust the memory.
    if data.count(_CENTRAL_HEADER) > limits.members:
        raise XdmError(f"plus de {limits.members} fichiers dans l'archive", XdmFault.LIMITS)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _inflated(archive, limits)
    except XdmError:
        raise
    except _UNREADABLE as error:
        raise XdmError(f"archive ZIP illisible : {_french(error)}", XdmFault.ZIP) from error


def _french(error: Exception) -> str:
    """Return what the library of Python says of a ZIP, in French where it is what happens to mails."""
    return next((words for start, words in _FRENCH if str(error).startswith(start)), str(error))


def _inflated(archive: zipfile.ZipFile, limits: XdmLimits) -> dict[str, bytes]:
    members: dict[str, bytes] = {}
    left = limits.total
    for info in archive.infolist():
        _refuse_dangerous(info)
        if info.is_dir():
            continue
        if info.filename.upper() in (name.upper() for name in members):
            raise XdmError(f"fichier {quoted(info.filename)} présent deux fois", XdmFault.TWICE)
        content = _read(archive, info, min(limits.member, left))
        left -= len(content)
        members[info.filename] = content
    return members


def _refuse_dangerous(info: zipfile.ZipInfo) -> None:
    name = info.filename
    parts = name.removesuffix("/").split("/")
    if name.startswith("/") or "\\" in name or ":" in name or not {"", ".", ".."}.isdisjoint(parts):
        raise XdmError(f"chemin {quoted(name, 80)} interdit", XdmFault.PATH)
    if not name.isprintable():
        raise XdmError("nom de fichier non imprimable", XdmFault.PATH)
    if stat.S_ISLNK(info.external_attr >> 16):
        raise XdmError(f"{quoted(name)} est un lien", XdmFault.PATH)
    if info.flag_bits & _ENCRYPTED or info.compress_type not in _METHODS:
        raise XdmError(f"{quoted(name)} est chiffré ou comprimé par une méthode non admise", XdmFault.METHOD)


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    with archive.open(info) as member:
        content = member.read(limit + 1)
        if len(content) > limit:
            text = f"{quoted(info.filename)} dépasse la taille admise une fois décomprimé"
            raise XdmError(text, XdmFault.LIMITS)
        member.read(1)
    if content.startswith(_ZIP_MAGIC):
        raise XdmError(f"{quoted(info.filename)} est une archive dans l'archive", XdmFault.NESTED)
    return content


def _named(members: dict[str, bytes], name: str) -> bytes | None:
    return next((content for one, content in members.items() if one.upper() == name.upper()), None)


def _submission(members: dict[str, bytes]) -> Submission:
    metadata = _named(members, _METADATA)
    if metadata is None:
        elsewhere = [name for name in members if name.upper().endswith("METADATA.XML")]
        there = f" (trouvé en {quoted(elsewhere[0], 80)})" if elsewhere else ""
        raise XdmError(f"{_METADATA} absent de l'archive{there}", XdmFault.METADATA)
    try:
        return read_submission(parse(metadata))
    except MalformedXml as error:
        raise XdmError(f"{_METADATA} : {error.reason}", XdmFault.METADATA_XML) from error


def _entry(entry: DocumentEntry, members: dict[str, bytes]) -> XdmEntry:
    content = _named(members, _SUBSET + entry.uri) if entry.uri else None
    if content is None:
        text = f"URI {quoted(entry.uri)} : aucun fichier de ce nom" if entry.uri else "URI absente des métadonnées"
        there = ", ".join(quoted(name.removeprefix(_SUBSET)) for name in _described(members)[:_MAX_NAMED])
        return XdmEntry(entry, None, (XdmProblem(XdmFault.URI, text, there),))
    return XdmEntry(entry, content, tuple(_mismatches(entry, content)))


def _mismatches(entry: DocumentEntry, content: bytes) -> Iterator[XdmProblem]:
    digest = hashlib.sha1(content, usedforsecurity=False)
    same_hash, same_size = entry.hash.lower() == digest.hexdigest(), entry.size == len(content)
    size = "absent" if entry.size is None else str(entry.size)
    said = f"hash {entry.hash or 'absent'}", f"size {size}"
    real = f"{digest.hexdigest()} calculé (SHA-1)", f"{len(content)} octets"
    if not same_hash and not same_size and entry.hash and entry.size is not None:
        text = f"{quoted(entry.uri)} : {said[0]} et {said[1]}"
        yield XdmProblem(XdmFault.ALTERED, text, f"{real[0]} et {real[1]}")
    else:
        if not same_hash:
            other = _other_digest(entry.hash, content, digest.digest())
            yield XdmProblem(XdmFault.HASH, f"{quoted(entry.uri)} : {said[0]}{other}", real[0])
        if not same_size:
            yield XdmProblem(XdmFault.LENGTH, f"{quoted(entry.uri)} : {said[1]}", real[1])
    if entry.mime_type != _CDA_MEDIA_TYPE and _holds_cda(content):
        text = f"{quoted(entry.uri)} : mimeType {entry.mime_type or 'absent'} pour un CDA"
        yield XdmProblem(XdmFault.MEDIA, text, _CDA_MEDIA_TYPE)


def _other_digest(said: str, content: bytes, sha1: bytes) -> str:
    """Say what a hash is, when it is another form or digest of the same octets."""
    if said == base64.b64encode(sha1).decode():
        return " (en base 64, et non en hexadécimal)"
    return " (SHA-256, et non SHA-1)" if said.lower() == hashlib.sha256(content).hexdigest() else ""


def _holds_cda(content: bytes | None) -> bool:
    return content is not None and _CDA.search(content[:_CDA_WINDOW]) is not None


def _described(members: dict[str, bytes]) -> list[str]:
    """Return the members that metadata should describe: documents beside METADATA.XML."""
    beside = [name for name in members if name.upper().startswith(_SUBSET) and name.upper() != _METADATA]
    return [name for name in beside if name.upper().endswith(_DESCRIBED)]


def _patients(submission: Submission) -> list[str]:
    owner = submission.submission_set.patient_id if submission.submission_set else ""
    ids = [owner, *(entry.patient_id for entry in submission.entries)]
    return list(dict.fromkeys(one for one in ids if one))


def _problems(members: dict[str, bytes], submission: Submission, patients: list[str]) -> Iterator[XdmProblem]:
    for name in _REQUIRED:
        if _named(members, name) is None:
            yield XdmProblem(XdmFault.TREE, f"fichier {name} absent", f"{name} à la racine de l'archive")
    if submission.submission_set is None:
        yield XdmProblem(XdmFault.SUBMISSION_SET, "aucun RegistryPackage dans les métadonnées", "un lot de soumission")
    if not submission.entries:
        yield XdmProblem(
            XdmFault.EMPTY, "aucun ExtrinsicObject dans les métadonnées", "un ExtrinsicObject par document"
        )
    else:
        yield from _undescribed(members, submission)
    yield from _patient_problems(patients)


def _undescribed(members: dict[str, bytes], submission: Submission) -> Iterator[XdmProblem]:
    known = {(_SUBSET + entry.uri).upper() for entry in submission.entries}
    if any(_named(members, _SUBSET + entry.uri) is None for entry in submission.entries):
        return  # the name that nobody bears is told already
    others = [quoted(name) for name in _described(members) if name.upper() not in known and _holds_cda(members[name])]
    if others:
        text = f"{', '.join(others[:_MAX_NAMED])} : décrit par aucun ExtrinsicObject"
        yield XdmProblem(XdmFault.UNDESCRIBED, text, "un ExtrinsicObject par document")


def _patient_problems(patients: list[str]) -> Iterator[XdmProblem]:
    if not patients:
        yield XdmProblem(XdmFault.PATIENT, "aucun patientId dans les métadonnées", "<matricule>^^^&<OID>&ISO^NH")
    elif len({_PATIENT.match(one).groups() for one in patients}) > 1:  # type: ignore[union-attr]
        text = f"plusieurs patients dans les métadonnées : {', '.join(quoted(one) for one in patients[:_MAX_NAMED])}"
        yield XdmProblem(XdmFault.PATIENTS, text, "un seul patientId")
    elif wrong := [one for one in patients if not _CX.fullmatch(one)]:
        yield XdmProblem(XdmFault.PATIENT, f"patientId {quoted(wrong[0], 80)}", "<matricule>^^^&<OID>&ISO^NH")
