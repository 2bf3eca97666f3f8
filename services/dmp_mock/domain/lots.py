"""The rules of a lot (ITI-41): its parts fit together, and it belongs to the patient and the user of the VIHF.

Source: docs/sources/dmp.md#signature-de-lot (high), #remplacement, #structure (author institution, medium), #tolerances
(ids that differ by case). A lot is taken whole or not at all: every error is found before anything is stored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from dmp_mock.codes.rights import Profile
from dmp_mock.codes.vihf import Mode
from dmp_mock.codes.xds import ORIGINAL, REFERENCE, Association, Status
from dmp_mock.codes.xds_errors import XdsCode
from dmp_mock.domain.errors import Refused, XdsError, XdsFailure
from dmp_mock.domain.hl7 import Cx, organisation_id, read_ins
from dmp_mock.domain.metadata import LENIENT, Policy, entry_errors, entry_remarks, set_errors, set_remarks
from dmp_mock.domain.rights import Caller
from dmp_mock.domain.values import CdaHeader, Entry, Link, Lot, NotCda
from lgo_sandbox.watch.wording import counted

__all__ = [
    "MatchedLot",
    "SignedManifest",
    "check_author",
    "check_cited",
    "check_lot",
    "check_replaced",
    "cited",
    "match_documents",
    "related_remarks",
]

_IN_LOTS = frozenset({Association.HAS_MEMBER, Association.REPLACES, Association.SIGNS})
_URN_UUID = "urn:uuid:"


@dataclass(frozen=True, slots=True)
class MatchedLot:
    """A lot with the octets of each entry, by entry id, and what was tolerated."""

    lot: Lot
    contents: Mapping[str, bytes]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignedManifest:
    """What the signature of a lot says: the unique ids of its manifest, and the documents whose digest is wrong."""

    unique_ids: frozenset[str]
    wrong_digests: tuple[str, ...] = ()


def match_documents(lot: Lot) -> MatchedLot:
    """Give each entry its document, by id, or by id in another case (seen in the official sample).

    Raises XdsFailure for entries without document and documents without entry.
    """
    by_case = {document_id.casefold(): document_id for document_id in lot.documents}
    found, remarks, errors = {}, [*lot.remarks], []
    for entry in lot.entries:
        document_id = entry.id if entry.id in lot.documents else by_case.get(entry.id.casefold())
        if document_id is None:
            errors.append(_missing(entry, lot))
            continue
        if document_id != entry.id:
            remarks.append(f"Document/@id {document_id} ne diffère de {entry.id} que par la casse")
        found[entry.id] = document_id
    for document_id in lot.documents.keys() - found.values():
        context = f"aucune entrée pour le document {document_id[:100]}"
        told = _told(document_id, (entry.id for entry in lot.entries))
        errors.append(
            XdsError(XdsCode.MISSING_METADATA, context, document_id, received=f"Document {told[0]}", expected=told[1])
        )
    if errors:
        raise XdsFailure(errors)
    return MatchedLot(lot, {e: lot.documents[d] for e, d in found.items()}, tuple(remarks))


def _missing(entry: Entry, lot: Lot) -> XdsError:
    received, expected = _told(entry.id, lot.documents)
    context = f"aucun document pour l'entrée {entry.id[:100]}"
    return XdsError(
        XdsCode.MISSING_DOCUMENT, context, entry.id, received=f"ExtrinsicObject {received}", expected=expected
    )


def _told(symbol: str, known: Iterable[str]) -> tuple[str, str]:
    """Return an id that answers to nothing, and those that were to be had."""
    return f"« {symbol[:100]} »", f"un des identifiants {', '.join(sorted(known))[:200] or '(aucun)'}"


def check_lot(
    matched: MatchedLot,
    ins: Cx,
    headers: Mapping[str, CdaHeader | NotCda],
    manifest: SignedManifest | None,
    policy: Policy = LENIENT,
) -> tuple[str, ...]:
    """Return the remarks on a lot. Raises XdsFailure with everything that is wrong.

    ``headers``: for each entry whose header must agree with the metadata, the CDA header, or why there is none.
    """
    lot = matched.lot
    errors = [*_structure(lot)]
    if not errors:
        errors = [*_metadata(lot, policy), *_unique(lot), *_patients(lot, ins), *_links(lot)]
        errors += [*_headers(lot, headers, ins), *_manifest(lot, manifest)]
    if errors:
        raise XdsFailure(errors)
    told = (f"{entry.id[:100]}/{remark}" for entry in lot.entries for remark in entry_remarks(entry, policy))
    return (*matched.remarks, *set_remarks(lot.sets[0], policy), *told)


def _bad(context: str, location: str, *, received: str, expected: str, remedy: str) -> XdsError:
    return XdsError(XdsCode.REPOSITORY_METADATA, context, location, received=received, expected=expected, remedy=remedy)


def _structure(lot: Lot) -> Iterator[XdsError]:
    if len(lot.sets) != 1:
        yield _bad(
            f"{len(lot.sets)} SubmissionSet dans le lot au lieu d'un",
            "RegistryPackage",
            received=f"{len(lot.sets) or 'aucun'} RegistryPackage classé SubmissionSet ou à côté de lui",
            expected="un seul, classé SubmissionSet : le DMP n'a pas de classeurs",
            remedy="Classez un RegistryPackage, et un seul, par le classificationNode d'un SubmissionSet.",
        )
    if not any(not entry.is_signature for entry in lot.entries) and not cited(lot):
        yield _bad(
            "le lot ne contient aucun document",
            "ExtrinsicObject",
            received="aucun ExtrinsicObject hors signature, aucun document cité",
            expected="au moins un document",
            remedy="Ajoutez au lot l'ExtrinsicObject du document.",
        )
    if not any(entry.is_signature for entry in lot.entries):
        yield _bad(
            "la signature du lot (Signature01) est absente",
            "ExtrinsicObject",
            received="aucun ExtrinsicObject de signature",
            expected="un document de classe URN et de format http://www.w3.org/2000/09/xmldsig#",
            remedy="Ajoutez au lot sa signature détachée, comme ExtrinsicObject Signature01.",
        )


def _metadata(lot: Lot, policy: Policy) -> Iterator[XdsError]:
    yield from set_errors(lot.sets[0], policy)
    for entry in lot.entries:
        yield from entry_errors(entry, policy)


def _unique(lot: Lot) -> Iterator[XdsError]:
    symbols = Counter([lot.sets[0].id, *(entry.id for entry in lot.entries)])
    for symbol, count in symbols.items():
        if count > 1 or not symbol:
            yield _bad(
                f"identifiant d'objet « {symbol[:100]} » absent ou répété",
                symbol,
                received=f"« {symbol[:100]} » pour {counted(count, 'objet')}",
                expected="un identifiant par objet du lot",
                remedy="Donnez à chaque objet du lot un attribut id qui lui est propre.",
            )
    unique_ids = Counter([lot.sets[0].unique_id, *(entry.unique_id for entry in lot.entries)])
    for unique_id, count in unique_ids.items():
        if count > 1:
            yield XdsError(
                XdsCode.DUPLICATE_IN_MESSAGE,
                f"uniqueId {unique_id[:100]} répété dans le lot",
                unique_id,
                received=f"uniqueId {unique_id[:100]}, {count} fois",
                expected="un uniqueId par objet du lot",
            )


def _patients(lot: Lot, ins: Cx) -> Iterator[XdsError]:
    for owner, patient_id in [(lot.sets[0].id, lot.sets[0].patient_id), *((e.id, e.patient_id) for e in lot.entries)]:
        found = read_ins(patient_id)
        if found is not None and found != ins:
            yield XdsError(
                XdsCode.PATIENT_MISMATCH,
                f"patientId {found.number} ({found.root}) différent du patient du VIHF",
                f"{owner[:100]}/patientId",
                received=f"{found.number} ({found.root})",
                expected=f"{ins.number} ({ins.root}), le patient du VIHF",
            )


def _links(lot: Lot) -> Iterator[XdsError]:
    submission, entries = lot.sets[0].id, {entry.id: entry for entry in lot.entries}
    for entry in lot.entries:
        if not _has(lot, Association.HAS_MEMBER, submission, entry.id):
            yield _bad(
                f"{entry.id[:100]} n'est pas membre (HasMember, Original) du lot",
                entry.id,
                received=f"aucune association HasMember vers {entry.id[:100]}",
                expected=f"HasMember de {submission[:100]} vers {entry.id[:100]}, SubmissionSetStatus Original",
                remedy="Ajoutez cette association au lot.",
            )
        if entry.is_signature and not _has(lot, Association.SIGNS, entry.id, submission):
            yield _bad(
                f"{entry.id[:100]} ne signe pas le lot (association signs)",
                entry.id,
                received=f"aucune association signs depuis {entry.id[:100]}",
                expected=f"signs de {entry.id[:100]} vers {submission[:100]}, SubmissionSetStatus Original",
                remedy="Ajoutez cette association au lot.",
            )
    for link in lot.links:
        yield from _link(link, submission, entries)


def _link(link: Link, submission: str, entries: Mapping[str, Entry]) -> Iterator[XdsError]:
    shown = f"de {link.source[:100]} vers {link.target[:100]}"
    if link.type not in _IN_LOTS:
        yield _bad(
            f"type d'association non pris en charge : {link.type[:100]}",
            link.source,
            received=link.type[:100],
            expected="HasMember, RPLC ou signs",
            remedy="Retirez cette association, ou donnez-lui un de ces types.",
        )
    elif link.type == Association.REPLACES and (link.source not in entries or link.target in entries):
        yield XdsError(
            XdsCode.REPLACE_FAILED,
            "une association RPLC va d'une entrée du lot à un entryUUID",
            link.source,
            received=f"RPLC {shown}",
            expected="RPLC d'une entrée du lot vers l'entryUUID du document remplacé",
        )
    elif link.type != Association.REPLACES and not _inside(link, {submission, *entries}) and not _cites(link):
        yield _bad(
            "une association désigne un objet hors du lot",
            link.source,
            received=f"une association {shown}",
            expected=f"des objets du lot : {', '.join((submission, *entries))[:200]} ; "
            "pour citer un document déjà là, HasMember vers son entryUUID, SubmissionSetStatus Reference",
            remedy="Mettez dans sourceObject et targetObject des identifiants d'objets du lot.",
        )


def _inside(link: Link, known: set[str]) -> bool:
    return {link.source, link.target} <= known


def _cites(link: Link) -> bool:
    """Tell whether an association puts into the lot a document that is there already."""
    return (
        link.type == Association.HAS_MEMBER and REFERENCE in link.statuses and link.target.lower().startswith(_URN_UUID)
    )


def cited(lot: Lot) -> tuple[Link, ...]:
    """Return the associations of a lot that cite documents of other lots."""
    symbols = {entry.id for entry in lot.entries}
    return tuple(link for link in lot.links if _cites(link) and link.target not in symbols)


def _has(lot: Lot, kind: Association, source: str, target: str) -> bool:
    return any(
        link.type == kind and link.source == source and link.target == target and ORIGINAL in link.statuses
        for link in lot.links
    )


def _headers(lot: Lot, headers: Mapping[str, CdaHeader | NotCda], ins: Cx) -> Iterator[XdsError]:
    for entry in lot.entries:
        if entry.id not in headers:
            continue
        header = headers[entry.id]
        if isinstance(header, NotCda):
            yield _bad(
                f"le document n'est pas un ClinicalDocument lisible : {header.reason[:300]}",
                entry.id,
                received=header.reason[:300],
                expected="un ClinicalDocument de CDA R2, en UTF-8, sans DOCTYPE",
                remedy=f"Envoyez en {entry.id[:100]} le CDA lui-même, bien formé.",
            )
        elif not any(number == ins.number for _root, number in header.patients):
            found = ", ".join(number for _root, number in header.patients) or "aucun INS"
            yield _bad(
                "l'INS de l'en-tête CDA n'est pas celui des métadonnées",
                f"{entry.id[:100]}/recordTarget",
                received=found,
                expected=ins.number,
                remedy="Mettez dans recordTarget/patientRole/id l'INS des métadonnées (racine : son OID).",
            )


def _manifest(lot: Lot, manifest: SignedManifest | None) -> Iterator[XdsError]:
    if manifest is None:
        yield _bad(
            "la signature du lot n'est pas une signature XML avec un manifeste",
            "Signature01",
            received="un document sans ds:Signature/ds:Object/ds:Manifest",
            expected="une signature XML dont le manifeste cite le lot et ses documents",
            remedy="Produisez la signature du lot au profil IHE DSG détaché.",
        )
        return
    for unique_id in [lot.sets[0].unique_id, *(e.unique_id for e in lot.entries if not e.is_signature)]:
        if unique_id not in manifest.unique_ids:
            yield _bad(
                f"le manifeste de la signature ne cite pas {unique_id[:100]}",
                "Signature01",
                received=", ".join(sorted(manifest.unique_ids))[:200],
                expected=f"une ds:Reference d'URI urn:oid:{unique_id[:100]}",
                remedy="Citez dans le manifeste l'uniqueId du lot et celui de chaque document.",
            )
    for document in manifest.wrong_digests:
        yield _bad(
            f"empreinte fausse dans le manifeste pour {document[:250]}",
            "Signature01",
            received=f"une DigestValue fausse pour {document[:250]}",
            expected="l'empreinte des octets du document, ou de sa forme canonique",
            remedy="Calculez l'empreinte sur le document tel qu'il part, puis signez.",
        )


def check_author(lot: Lot, caller: Caller) -> None:
    """Raise Refused when no author belongs to the structure that the lot is imputed to: indirect, or by CPE."""
    if caller.mode is not Mode.INDIRECT and caller.profile is not Profile.CPE:
        return
    groups = [*(each.authors for each in lot.sets), *(each.authors for each in lot.entries)]
    found = {organisation_id(xon) for authors in groups for author in authors for xon in author.institutions}
    if caller.structure not in found:
        received = ", ".join(sorted(filter(None, found))) or "aucune structure"
        raise Refused(
            "author-institution",
            received=received,
            expected=caller.structure,
            where="authorInstitution, dixième composant",
            remedy=f"Mettez {caller.structure} dans le dixième composant d'authorInstitution.",
        )


def check_cited(link: Link, target: Entry | None) -> None:
    """Raise XdsFailure unless the document that a lot cites is one of the patient's, and not deleted."""
    if target is None or target.is_signature or target.status == Status.DELETED:
        raise XdsFailure(
            [
                _bad(
                    f"document cité inconnu : {link.target[:100]}",
                    link.target,
                    received=link.target[:100],
                    expected="l'entryUUID d'un document de ce patient",
                    remedy="Reprenez l'entryUUID que TD3.1 ou TD3.1b rend pour ce patient.",
                )
            ]
        )


def check_replaced(link: Link, target: Entry | None) -> None:
    """Raise XdsFailure unless the document that a lot replaces is one of the patient's and is in force."""
    if target is None or target.is_signature:
        unknown = XdsError(
            XdsCode.REPLACE_FAILED,
            f"document remplacé inconnu : {link.target[:100]}",
            link.target,
            received=link.target[:100],
            expected="l'entryUUID d'un document de ce patient",
        )
        raise XdsFailure([unknown])
    if target.status != Status.APPROVED:
        context = "le document remplacé n'est plus en vigueur"
        former = XdsError(
            XdsCode.DEPRECATED_DOCUMENT,
            context,
            link.target,
            received=f"{link.target[:100]}, déjà remplacé ou supprimé",
            expected="l'entryUUID d'un document en vigueur",
        )
        raise XdsFailure([former])


def related_remarks(link: Link, target: Entry | None, header: CdaHeader | NotCda | None) -> Iterator[str]:
    """Yield what is tolerated when the CDA says that it replaces another document than the lot does."""
    said = header.replaced if isinstance(header, CdaHeader) else ""
    if target is not None and said and said != target.unique_id:
        yield f"relatedDocument {said[:80]} dans {link.source[:60]} : attendu {target.unique_id}, que le lot remplace"
