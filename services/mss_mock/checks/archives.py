"""The XDM archive of a mail, one check per fault: each has its own remedy.

Source: docs/sources/mssante.md (Archive lisible, d'un seul patient). An archive is judged whoever receives it: what
makes it is the same for professionals and citizens. That it is sound is kept by ``documents``. Pure functions of facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from health_documents.values.xdm import XdmFault
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Violation
from mss_mock.checks.wording import MESSAGE
from mss_mock.facts import Mail
from mss_mock.facts.content import ArchiveProblem, MailContent, Unreadable

__all__ = ["ARCHIVE_CHECKS", "FAULTS"]

_MOST = 4
_SOURCE = "docs/sources/mssante.md#archive-xdm"
_DEMANDS = ("LGO.MSS.14", "MSS/va1.01", "MSS/CONF.23")


def _check(
    identity: str, title: str, remedy: str, test: Callable[[Observed[Mail]], Outcome], *, source: str = _SOURCE
) -> Check[Mail]:
    """Return a check of an archive."""
    return Check(
        id=identity,
        title=title,
        reads=Mail,
        test=test,
        source=source,
        remedy=remedy,
        requirements=_DEMANDS,
        operations=MESSAGE,
    )


def _found(content: MailContent, fault: XdmFault) -> Iterator[ArchiveProblem]:
    for one in content.archives:
        if isinstance(one, Unreadable):
            if one.fault is fault:
                yield ArchiveProblem(fault=fault, text=one.reason, expected="")
        else:
            yield from (problem for problem in one.problems if problem.fault is fault)


def _without(seen: Observed[Mail], fault: XdmFault, expected: str) -> Outcome:
    content = seen.facts.read
    found = list(_found(content, fault))[:_MOST] if content is not None else []
    if not found:
        return None
    wanted = " ; ".join(dict.fromkeys(one.expected for one in found if one.expected))
    return Violation(" ; ".join(one.text for one in found), wanted or expected, where="IHE_XDM.zip")


FAULTS: tuple[tuple[XdmFault, str, str, str, str], ...] = (
    (
        XdmFault.ZIP,
        "MSS-XDM-ZIP",
        "L'archive est un fichier ZIP entier",
        "un fichier ZIP lisible jusqu'au bout",
        "Relisez l'archive avant l'envoi : octets tronqués, altérés, ou codés deux fois en base 64 ?",
    ),
    (
        XdmFault.LIMITS,
        "MSS-XDM-LIMITS",
        "L'archive reste dans des tailles raisonnables",
        "une archive de quelques documents",
        "Retirez de l'archive ce qui n'est pas de l'envoi, ou partagez l'envoi en plusieurs courriels.",
    ),
    (
        XdmFault.PATH,
        "MSS-XDM-PATH",
        "Les chemins de l'archive restent dans l'archive",
        "des chemins relatifs séparés par /, sans lien, comme IHE_XDM/SUBSET01/DOC00001.XML",
        "Donnez à chaque fichier un chemin relatif avec des barres obliques (/), sans « .. », lecteur ni lien.",
    ),
    (
        XdmFault.TWICE,
        "MSS-XDM-TWICE",
        "Chaque fichier n'est qu'une fois dans l'archive",
        "des noms tous différents, la casse ne compte pas",
        "Numérotez les documents (DOC00001.XML, DOC00002.XML), et créez l'archive au lieu d'ajouter à l'ancienne.",
    ),
    (
        XdmFault.METHOD,
        "MSS-XDM-METHOD",
        "L'archive n'est ni chiffrée ni comprimée par une méthode rare",
        "des fichiers en clair, comprimés par Deflate ou non comprimés",
        "Créez l'archive sans mot de passe, par la méthode Deflate : la messagerie protège déjà l'envoi.",
    ),
    (
        XdmFault.NESTED,
        "MSS-XDM-NESTED",
        "L'archive ne contient pas d'autre archive",
        "les documents eux-mêmes dans IHE_XDM/SUBSET01",
        "Mettez les documents eux-mêmes dans IHE_XDM/SUBSET01, et non une archive qui les contient.",
    ),
    (
        XdmFault.METADATA,
        "MSS-XDM-METADATA",
        "METADATA.XML est dans IHE_XDM/SUBSET01",
        "IHE_XDM/SUBSET01/METADATA.XML",
        "Rangez METADATA.XML et les documents dans IHE_XDM/SUBSET01, ce dossier à la racine de l'archive.",
    ),
    (
        XdmFault.METADATA_XML,
        "MSS-XDM-METADATA-XML",
        "METADATA.XML est du XML bien formé",
        "un SubmitObjectsRequest bien formé, sans DTD",
        "Produisez METADATA.XML par une bibliothèque XML, qui protège &, < et les accents.",
    ),
    (
        XdmFault.TREE,
        "MSS-XDM-TREE",
        "README.TXT et INDEX.HTM sont à la racine",
        "README.TXT et INDEX.HTM à la racine de l'archive",
        "Ajoutez le fichier à la racine de l'archive, à côté du dossier IHE_XDM.",
    ),
    (
        XdmFault.URI,
        "MSS-XDM-URI",
        "Le fichier que nomme l'URI est dans l'archive",
        "le nom d'un fichier de IHE_XDM/SUBSET01",
        "Mettez dans le slot URI le nom du fichier tel qu'il est dans SUBSET01, sans dossier, et joignez ce fichier.",
    ),
    (
        XdmFault.ALTERED,
        "MSS-XDM-ALTERED",
        "Le document est celui que décrivent les métadonnées",
        "l'empreinte et la taille du fichier de l'archive",
        "Calculez hash et size sur les octets mis dans l'archive, une fois le document signé, indenté ou recodé.",
    ),
    (
        XdmFault.HASH,
        "MSS-XDM-HASH",
        "L'empreinte du document est juste",
        "le SHA-1 du fichier, en hexadécimal",
        "Mettez dans le slot hash le SHA-1 du fichier, en hexadécimal.",
    ),
    (
        XdmFault.LENGTH,
        "MSS-XDM-SIZE",
        "La taille du document est juste",
        "le nombre d'octets du fichier",
        "Mettez dans le slot size le nombre d'octets (et non de caractères) du fichier.",
    ),
    (
        XdmFault.MEDIA,
        "MSS-XDM-MIME",
        "Un CDA est annoncé en text/xml",
        "text/xml",
        "Mettez text/xml dans mimeType de l'ExtrinsicObject.",
    ),
    (
        XdmFault.UNDESCRIBED,
        "MSS-XDM-UNDESCRIBED",
        "Chaque document de l'archive est décrit",
        "un ExtrinsicObject par document",
        "Ajoutez un ExtrinsicObject pour ce document, ou retirez son fichier de l'archive.",
    ),
    (
        XdmFault.EMPTY,
        "MSS-XDM-EMPTY",
        "L'archive décrit au moins un document",
        "un ExtrinsicObject par document",
        "Décrivez chaque document par un ExtrinsicObject de METADATA.XML.",
    ),
    (
        XdmFault.SUBMISSION_SET,
        "MSS-XDM-SUBMISSION-SET",
        "Les métadonnées ont un lot de soumission",
        "un RegistryPackage classé SubmissionSet",
        "Ajoutez le RegistryPackage du lot de soumission, avec son auteur, sa date et son patientId.",
    ),
    (
        XdmFault.PATIENT,
        "MSS-XDM-PATIENT-ID",
        "Les métadonnées disent le patient",
        "<matricule>^^^&<OID>&ISO^NH",
        "Écrivez patientId sous la forme <matricule>^^^&<OID>&ISO^NH, dans le lot et dans chaque document.",
    ),
)
"""Fault, id and title of its rule, what is expected, remedy."""


def _unread_document(seen: Observed[Mail]) -> Outcome:
    content = seen.facts.read
    unread = content.unread_documents if content is not None else ()
    return bool(unread) and Violation(
        " ; ".join(one.reason for one in unread[:_MOST]), "un document CDA R2 lisible", where="IHE_XDM.zip"
    )


def _one_patient(seen: Observed[Mail]) -> Outcome:
    content = seen.facts.read
    if content is None:
        return None
    expected = "un courriel, une archive et un patientId par patient"
    if content.several_patients:
        places = [f"{one.place} : {one.told.shown}" for one in content.documents[:_MOST]]
        return Violation(" ; ".join(places), expected, where="IHE_XDM.zip")
    return _without(seen, XdmFault.PATIENTS, expected)


ARCHIVE_CHECKS = (
    *(
        _check(identity, title, remedy, partial(_without, fault=fault, expected=expected))
        for fault, identity, title, expected, remedy in FAULTS
    ),
    _check(
        "MSS-XDM-CDA",
        "Chaque document de l'archive est un CDA lisible",
        "Vérifiez le CDA avant l'envoi : `lgo-sandbox validate` dit ce qui lui manque.",
        _unread_document,
    ),
    _check(
        "MSS-XDM-PATIENTS",
        "Un seul patient par courriel",
        "Faites une archive et un courriel par patient.",
        _one_patient,
        source="docs/sources/mssante.md#un-patient",
    ),
)
