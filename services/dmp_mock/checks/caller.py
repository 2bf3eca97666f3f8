"""Checks of who calls, and about whom: VIHF, certificates, identity, rights, patient.

Source: docs/sources/dmp.md (Qui entre, Droits).
"""

from __future__ import annotations

import re
from typing import Any

from dmp_mock.checks.refused import refused, was_refused
from dmp_mock.checks.truth import TRUTH_CHECKS
from dmp_mock.codes.faults import About, codes_about
from dmp_mock.codes.vihf import Mode
from dmp_mock.facts import PatientSeen, Reading, SoapRequest, VihfGiven
from health_documents.identifiers import OID_INS_NIR_DEMO, OID_INS_NIR_TEST
from lgo_sandbox.watch.api_tokens import ApiTokenShown
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation

__all__ = ["CALLER_CHECKS", "OF_OTHERS"]

_VIHF, _CERTIFICATE, _RIGHTS = (codes_about(one) for one in (About.VIHF, About.CERTIFICATE, About.RIGHTS))
_SUB = re.compile(r"(f:)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(:.+)?", re.IGNORECASE)
"""A ``sub`` of Pro Santé Connect, of today or of former years."""
_MAX_SHOWN = 80
_PROFESSIONAL = frozenset({"professional"})
OF_OTHERS = {"MSSANTE-APP": "celui des boîtes applicatives de MSSanté"}
"""CN of certificates that are issued for one service, which is not the DMP → whose."""
_ITS_OWN = "le certificat d'organisation du logiciel, dont le CN n'est pas celui d'un autre service"
_SIGN_BY_ORG = "Signez le VIHF par le certificat de signature de l'organisation (org-sign) : aucune carte n'est là."
_OF_TESTS = frozenset({OID_INS_NIR_TEST, OID_INS_NIR_DEMO})


def vihf(seen: Observed[SoapRequest]) -> Outcome:
    """The VIHF was there, right, and vouched for."""
    return refused(seen, _VIHF) or (seen.also(PatientSeen) is not None)


def certificate(seen: Observed[SoapRequest]) -> Outcome:
    """The certificate of the connection is the one that the VIHF wants."""
    given = seen.also(VihfGiven)
    shown = given.certificate if given else None
    taken = shown is not None and not shown.problem and seen.also(PatientSeen) is not None
    return refused(seen, _CERTIFICATE) or taken or None


def air_connection(seen: Observed[VihfGiven]) -> Outcome:
    """Whoever acts in AIR is connected by the certificate of an organisation; a port without TLS is another matter.

    So is a token of the API: it is bound to the certificate under which it was exchanged.
    """
    if Mode.AIR.value not in seen.facts.mode.split(", ") or seen.transport != "https":
        return None
    if seen.also(ApiTokenShown) is not None:
        return None
    shown = seen.facts.certificate
    if shown is None or not shown.is_organisation:
        received = shown.family if shown else "aucun certificat"
        expected = "un certificat d'organisation de l'IGC-Santé (ORG AUTH_CLI)"
        return Violation(received, expected, where="certificat de la connexion TLS")
    return (not was_refused(seen) and seen.also(PatientSeen) is not None) or None


def usage(seen: Observed[VihfGiven]) -> Outcome:
    """The certificate of the connection was not issued for another service."""
    shown = seen.facts.certificate
    if shown is None or not shown.is_organisation:
        return None
    if shown.name not in OF_OTHERS:
        return True
    return Violation(f"CN « {shown.name} », {OF_OTHERS[shown.name]}", _ITS_OWN, where="certificat de la connexion TLS")


def form(seen: Observed[VihfGiven]) -> Outcome:
    """Nothing in the VIHF had to be tolerated."""
    remarks = seen.facts.remarks
    if not remarks:
        return None
    return Violation(
        received=" ; ".join(f"{one.where} : {one.received}" for one in remarks),
        expected=" ; ".join(one.expected for one in remarks),
        where="VIHF, " + ", ".join(one.where for one in remarks),
    )


def issuer(seen: Observed[VihfGiven]) -> Outcome:
    """The issuer is the subject of the certificate that vouches for the VIHF."""
    given = seen.facts
    if not given.owner:
        return None
    return given.issuer_is_owner or Violation(given.issuer or "absent", given.owner, where="VIHF, Issuer")


def unsigned(seen: Observed[VihfGiven]) -> Outcome:
    """The VIHF is signed, also where the card's certificate vouches for it."""
    if seen.facts.signed:
        return True
    if seen.also(PatientSeen) is None:
        return None
    if seen.also(ApiTokenShown) is not None:
        received, remedy = "un VIHF sans signature, admis sous le jeton d'API de la même personne", _SIGN_BY_ORG
    else:
        received, remedy = "un VIHF sans signature, admis sous la carte de la même personne", ""
    return Violation(received, "un VIHF signé", remedy=remedy, where="VIHF, ds:Signature")


def real_identity(seen: Observed[VihfGiven]) -> Outcome:
    """NameID is a real professional's, but for indirect authentication, where it may be internal to the structure."""
    if seen.facts.mode == Mode.INDIRECT:
        return None
    vouched = seen.also(PatientSeen) is not None and bool(seen.facts.name_id)
    return refused(seen, _PROFESSIONAL) or vouched or None


def no_sub(seen: Observed[VihfGiven]) -> Outcome:
    """NameID is no ``sub`` of Pro Santé Connect, which held the national identifier until 2026 and no more."""
    name_id = seen.facts.name_id
    if not _SUB.fullmatch(name_id):
        return None
    return Violation(name_id[:_MAX_SHOWN], "8 suivi des 11 chiffres du RPPS (SubjectNameID)", where="VIHF, NameID")


def rights(seen: Observed[SoapRequest]) -> Outcome:
    """The matrix and the patient allow the access; kept by a consultation that was answered."""
    reading = seen.also(Reading)
    consulted = reading is not None and reading.consults and not was_refused(seen)
    return refused(seen, _RIGHTS) or consulted or None


def known_patient(seen: Observed[PatientSeen]) -> Outcome:
    """The patient is one of the sandbox's people."""
    patient = seen.facts
    if patient.known or not patient.matricule:
        return None
    expected = "l'INS d'une personne de la fiche des patients"
    return Violation(patient.matricule, expected, where="VIHF, attribut resource-id")


def root(seen: Observed[PatientSeen]) -> Outcome:
    """The OID is the one that the téléservice INSi gives with the matricule; those of tests stand for any."""
    patient = seen.facts
    if not patient.own_root or patient.root in _OF_TESTS:
        return None
    kept = patient.root == patient.own_root
    return kept or Violation(patient.root, patient.own_root, where="VIHF, attribut resource-id")


CALLER_CHECKS: tuple[Check[Any], ...] = (
    Check(
        id="DMP-CERT",
        title="Certificat d'authentification refusé",
        reads=SoapRequest,
        test=certificate,
        requirements=("LGO.DMP.01",),
        source="docs/sources/dmp.md#certificat",
        remedy="Présentez la carte (DIRECTE) ou le certificat d'organisation dont l'OU est la structure.",
        explains=_CERTIFICATE,
    ),
    Check(
        id="DMP-CERT-USAGE",
        title="Certificat d'organisation d'un autre service",
        reads=VihfGiven,
        test=usage,
        source="docs/sources/dmp.md#certificat-autre-service",
        remedy="Présentez org-auth du fichier de démarrage, et gardez mss-app pour la messagerie.",
        confidence="M",
        severity=Severity.WARNING,
    ),
    Check(
        id="DMP-AIR-TLS",
        title="Appel en AIR sans certificat d'organisation (EX_AIR-080)",
        reads=VihfGiven,
        test=air_connection,
        requirements=("DMP/PSC.01",),
        source="docs/sources/dmp.md#certificat",
        remedy="En AIR, ouvrez la connexion TLS par le certificat d'organisation, non par la carte.",
        confidence="M",
    ),
    Check(
        id="DMP-VIHF",
        title="VIHF refusé",
        reads=SoapRequest,
        test=vihf,
        requirements=("LGO.DMP.01",),
        source="docs/sources/dmp.md#vihf",
        remedy="Corrigez l'attribut, la signature ou le certificat nommé.",
        explains=_VIHF,
    ),
    Check(
        id="DMP-VIHF-FORM",
        title="VIHF toléré mais hors du tableau des attributs",
        reads=VihfGiven,
        test=form,
        requirements=("LGO.DMP.01",),
        source="docs/sources/dmp.md#vihf-forme",
        remedy="Suivez le tableau des attributs pour le mode d'authentification.",
        confidence="M",
        severity=Severity.INFO,
    ),
    Check(
        id="DMP-VIHF-ISSUER",
        title="Issuer différent du certificat",
        reads=VihfGiven,
        test=issuer,
        requirements=("LGO.DMP.01",),
        source="docs/sources/dmp.md#vihf-emetteur",
        remedy="Mettez dans Issuer le sujet du certificat signataire (RFC 2253).",
        confidence="M",
        severity=Severity.WARNING,
    ),
    *TRUTH_CHECKS,
    Check(
        id="DMP-VIHF-UNSIGNED",
        title="VIHF non signé, admis sous la carte ou le jeton d'API de la même personne",
        reads=VihfGiven,
        test=unsigned,
        source="docs/sources/dmp.md#vihf-signature",
        remedy="Signez le VIHF par le certificat de signature de la carte.",
        confidence="M",
        severity=Severity.INFO,
    ),
    Check(
        id="DMP-VIHF-PS",
        title="VIHF sans l'identité réelle de l'utilisateur",
        reads=VihfGiven,
        test=real_identity,
        requirements=("DMP/AIRS.06",),
        source="docs/sources/dmp.md#vihf-identite-reelle",
        remedy="Mettez dans NameID l'identifiant national du professionnel connecté.",
        explains=_PROFESSIONAL,
    ),
    Check(
        id="DMP-VIHF-SUB",
        title="NameID qui est un sub de Pro Santé Connect",
        reads=VihfGiven,
        test=no_sub,
        source="docs/sources/psc.md#logiciels-de-2026",
        remedy="Mettez dans NameID le SubjectNameID de userinfo : sub ne contient plus l'identifiant national.",
        confidence="M",
        severity=Severity.WARNING,
    ),
    Check(
        id="DMP-PATIENT",
        title="INS bien formé d'une personne inconnue du bac à sable",
        reads=PatientSeen,
        test=known_patient,
        source="docs/sources/README.md#personnes-fictives",
        remedy="Utilisez une identité de la fiche des patients ; n'envoyez jamais de données réelles.",
        severity=Severity.WARNING,
    ),
    Check(
        id="DMP-INS-OID",
        title="OID d'INS qui n'est pas celui de la personne",
        reads=PatientSeen,
        test=root,
        source="docs/sources/insi.md#oid",
        remedy="Gardez l'OID que l'INSi a rendu avec le matricule, et renvoyez-le tel quel.",
        confidence="M",
        severity=Severity.INFO,
    ),
    Check(
        id="DMP-RIGHTS",
        title="Accès que la matrice des droits ou le patient refuse",
        reads=SoapRequest,
        test=rights,
        requirements=("DMP/CONF.06",),
        source="docs/sources/dmp.md#droits",
        remedy="Lisez l'autorisation (TD0.2) et la matrice des droits avant d'appeler.",
        severity=Severity.WARNING,
        explains=_RIGHTS,
    ),
)
