"""Checks of a VIHF against card, certificate, directory and the session's own past.

Source: docs/sources/dmp.md#vihf-verite and the sections after it. The comparison is the domain's (``domain.truth``);
here each topic is told. An Issuer that is not the signer's has its own check, in ``caller``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import islice
from typing import Any

from dmp_mock.checks.refused import was_refused
from dmp_mock.codes.truth import Topic
from dmp_mock.facts import VihfCompared, VihfGiven
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation

__all__ = ["TRUTH_CHECKS"]

_SOURCE = "docs/sources/dmp.md#"
_REUSED_WITHIN = timedelta(hours=1)
_COMPARED = 20
"""How many earlier VIHFs are compared: software changes its name at an update, not between two calls."""


def _belied(topic: Topic) -> Callable[[Observed[VihfCompared]], Outcome]:
    def test(seen: Observed[VihfCompared]) -> Outcome:
        found = [one for one in seen.facts.belied if one.topic == topic]
        if not found:
            return True
        return Violation(
            received=" ; ".join(one.received for one in found),
            expected=" ; ".join(one.expected for one in found),
            remedy=" ".join(dict.fromkeys(one.remedy for one in found)),
            where=", ".join(dict.fromkeys(one.where for one in found)),
        )

    return test


def secret(seen: Observed[VihfCompared]) -> Outcome:
    """A secret connection is opened for a minor alone; without one there is nothing to say."""
    outcome = _belied(Topic.SECRET)(seen)
    if isinstance(outcome, Violation):
        return outcome
    return (seen.facts.secret and not was_refused(seen)) or None


def software(seen: Observed[VihfGiven]) -> Outcome:
    """One name and version of software has one authorisation number, and a number one name."""
    own = seen.facts.lps
    if not (own.name and own.homologation):
        return None
    for _past, given in islice(seen.history.all(VihfGiven), _COMPARED):
        other = given.lps
        same_software = (other.name, other.version) == (own.name, own.version)
        if (same_software and other.homologation != own.homologation) or (
            other.homologation == own.homologation and other.name != own.name
        ):
            return Violation(
                f"{own.name} {own.version}, numéro {own.homologation}"[:200],
                f"{other.name} {other.version}, numéro {other.homologation}, comme auparavant"[:200],
                where="VIHF, attributs LPS_Nom, LPS_Version et LPS_ID_HOMOLOGATION_DMP",
            )
    return True


def reused(seen: Observed[VihfGiven]) -> Outcome:
    """An assertion serves one call."""
    own = seen.facts.assertion
    for past, given in seen.history.all(VihfGiven):
        if seen.age - past.at > _REUSED_WITHIN:
            break
        if given.assertion == own:
            return Violation(
                f"l'assertion {own[:80]}, déjà reçue", "un VIHF neuf pour chaque appel", where="VIHF, Assertion/@ID"
            )
    return True


TRUTH_CHECKS: tuple[Check[Any], ...] = (
    Check(
        id="DMP-VIHF-ROLE",
        title="Rôles du VIHF que l'annuaire contredit",
        reads=VihfCompared,
        test=_belied(Topic.ROLE),
        requirements=("LGO.DMP.01",),
        source=f"{_SOURCE}vihf-roles",
        remedy="Mettez la profession, puis la section ou le savoir-faire, de l'annuaire pour la personne de NameID.",
        confidence="M",
        severity=Severity.WARNING,
    ),
    Check(
        id="DMP-VIHF-SECTOR",
        title="Secteur d'activité que l'annuaire contredit",
        reads=VihfCompared,
        test=_belied(Topic.SECTOR),
        requirements=("LGO.DMP.01",),
        source=f"{_SOURCE}vihf-secteur",
        remedy="Mettez le secteur d'activité de la structure d'Identifiant_Structure.",
        confidence="M",
        severity=Severity.WARNING,
    ),
    Check(
        id="DMP-VIHF-NAME",
        title="Nom du VIHF qui n'est pas celui de NameID",
        reads=VihfCompared,
        test=_belied(Topic.NAME),
        requirements=("DMP/AIRS.06",),
        source=f"{_SOURCE}vihf-nom",
        remedy="Mettez dans subject-id le nom de la personne que nomme NameID.",
        confidence="M",
        severity=Severity.WARNING,
    ),
    Check(
        id="DMP-VIHF-AUTHN",
        title="Moyen d'authentification déclaré à tort, ou non déclaré (EX_0.1-1020, EX_AIR-050)",
        reads=VihfCompared,
        test=_belied(Topic.AUTHENTICATION),
        requirements=("LGO.DMP.01",),
        source=f"{_SOURCE}vihf-authentification",
        remedy="Déclarez le moyen par lequel l'utilisateur s'est authentifié ; en AIR, la méthode primaire aussi.",
        confidence="M",
        severity=Severity.WARNING,
    ),
    Check(
        id="DMP-VIHF-SECRET",
        title="Connexion secrète hors de son domaine (EX_0.1-1100)",
        reads=VihfCompared,
        test=secret,
        requirements=("DMP/va1.10",),
        source=f"{_SOURCE}vihf-secrete",
        remedy="N'envoyez confidentiality-code que pour un mineur, et si param-lps ouvre ces fonctions.",
        confidence="M",
        severity=Severity.WARNING,
    ),
    Check(
        id="DMP-VIHF-PURPOSE",
        title="Motif d'accès que la structure contredit",
        reads=VihfCompared,
        test=_belied(Topic.PURPOSE),
        source=f"{_SOURCE}vihf-motif",
        remedy="Gardez centre_15 à la régulation médicale.",
        confidence="L",
        severity=Severity.INFO,
    ),
    Check(
        id="DMP-VIHF-LPS",
        title="Logiciel du VIHF qui change de nom ou de numéro d'homologation",
        reads=VihfGiven,
        test=software,
        source=f"{_SOURCE}vihf-logiciel",
        remedy="Gardez un nom, une version et un numéro d'homologation par logiciel.",
        confidence="M",
        severity=Severity.WARNING,
    ),
    Check(
        id="DMP-VIHF-REPLAY",
        title="VIHF employé plusieurs fois",
        reads=VihfGiven,
        test=reused,
        source=f"{_SOURCE}vihf-rejeu",
        remedy="Écrivez un VIHF neuf, avec un ID neuf, pour chaque appel.",
        confidence="L",
        severity=Severity.INFO,
    ),
)
