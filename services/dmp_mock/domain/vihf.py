"""The VIHF as a value, and the rules that its attributes obey.

Source: docs/sources/dmp.md#vihf (attributes by mode, high; fault texts, medium). A rule that only tolerates gives a
remark, which the checks turn into a finding. Signature and certificates are judged in ``trust``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dmp_mock.codes import vihf as codes
from dmp_mock.codes.vihf import Mode
from dmp_mock.domain.errors import Refused
from dmp_mock.domain.hl7 import Cx, read_ins
from dmp_mock.domain.values import Coded
from lgo_sandbox.watch.wording import counted

__all__ = ["RULES", "Remark", "Rule", "Vihf", "check_attributes", "check_period"]

_SECTOR = re.compile(r"SA[0-9]{2}\^" + re.escape(codes.SECTOR_SYSTEM))
_PROFESSION = re.compile(r"[0-9]{2}")
_MODES = frozenset(mode.value for mode in Mode)


@dataclass(frozen=True, slots=True)
class Vihf:
    """A VIHF as read. ``texts`` are the attributes given as text, "" when given empty; ``modes`` every mode spelled.

    ``id`` is that of the assertion.
    """

    saml_version: str
    issuer: str
    issuer_format: str
    name_id: str
    issued: datetime | None
    authn_instant: datetime | None
    authn_class: str
    authn_decl: str = ""
    not_before: datetime | None = None
    not_on_or_after: datetime | None = None
    has_audience: bool = False
    signed: bool = False
    texts: Mapping[str, str] = field(default_factory=dict)
    modes: frozenset[str] = frozenset()
    roles: tuple[Coded, ...] = ()
    purposes: tuple[Coded, ...] = ()
    id: str = ""

    def text(self, name: str) -> str:
        """Return an attribute, "" when absent."""
        return self.texts.get(name, "")

    @property
    def mode(self) -> Mode:
        """The authentication mode; absent it is DIRECTE, as an official kit leaves it out then."""
        return Mode(next(iter(self.modes))) if self.modes else Mode.DIRECT

    @property
    def structure(self) -> str:
        """The Struct_IdNat."""
        return self.text(codes.STRUCTURE)

    @property
    def patient(self) -> Cx | None:
        """The patient that the user acts for."""
        return read_ins(self.text(codes.RESOURCE_ID))

    @property
    def secret(self) -> bool:
        """Tell whether the VIHF opens a secret connection (EX_0.1-1100), of a minor."""
        return bool(self.text(codes.CONFIDENTIALITY))

    @property
    def profession(self) -> str:
        """The code of the first role."""
        return self.roles[0].code if self.roles else ""

    @property
    def purpose(self) -> str:
        """The access mode."""
        return self.purposes[0].code if self.purposes else ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: ``received`` gives what breaks it (None: kept). ``fault`` "" makes it a remark."""

    id: str
    where: str
    expected: str
    received: Callable[[Vihf], str | None]
    fault: str = "vihf"
    modes: frozenset[Mode] = frozenset(Mode)
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """A rule that was broken and tolerated."""

    where: str
    received: str
    expected: str


def _unless(kept: bool, received: str) -> str | None:
    return None if kept else received or "absent"


def _mode(vihf: Vihf) -> str | None:
    return _unless(len(vihf.modes) <= 1 and vihf.modes <= _MODES, " et ".join(sorted(vihf.modes)))


def _authentication(vihf: Vihf) -> str | None:
    return _unless(vihf.authn_instant is not None and bool(vihf.authn_class), "AuthnStatement incomplet")


def _first_role(vihf: Vihf) -> str | None:
    if not vihf.roles:
        return "aucun rôle"
    role = vihf.roles[0]
    is_profession = role.scheme in (codes.G15, codes.G16) and _PROFESSION.fullmatch(role.code)
    return _unless(bool(is_profession) or (role.scheme == codes.OTHER_ACTORS and bool(role.code)), _shown(role))


def _second_role(vihf: Vihf) -> str | None:
    wanted = {codes.DOCTOR: codes.R01, codes.PHARMACIST: codes.G05}.get(vihf.profession)
    if wanted is None or vihf.roles[0].scheme != codes.G15:
        return None
    if any(role.scheme == wanted and role.code for role in vihf.roles[1:]):
        return None
    return ", ".join(map(_shown, vihf.roles[1:])) or "un seul rôle"


def _purpose(vihf: Vihf) -> str | None:
    if len(vihf.purposes) != 1:
        return counted(len(vihf.purposes), "valeur")
    code, system = vihf.purposes[0].code, vihf.purposes[0].scheme
    return _unless(code in codes.PURPOSES and system == codes.PURPOSE_SYSTEM, f"{code} ({system})")


def _shown(role: Coded) -> str:
    return f"{role.code} ({role.scheme})"


def _present(name: str, modes: frozenset[Mode]) -> Rule:
    def received(vihf: Vihf) -> str | None:
        given = {codes.ROLE: bool(vihf.roles), codes.PURPOSE: bool(vihf.purposes)}.get(name, bool(vihf.text(name)))
        return _unless(given, "absent ou vide")

    remedy = f"Ajoutez l'attribut {name} au VIHF, avec sa valeur."
    return Rule(f"present:{name}", f"attribut {name}", f"attribut {name}", received, modes=modes, remedy=remedy)


RULES: tuple[Rule, ...] = (
    Rule(
        "saml-version", "Assertion/@Version", "Version 2.0", lambda v: _unless(v.saml_version == "2.0", v.saml_version)
    ),
    Rule(
        "issuer",
        "Issuer/@Format",
        "Issuer au format X509SubjectName",
        lambda v: _unless(bool(v.issuer) and v.issuer_format.endswith(codes.ISSUER_FORMAT), v.issuer_format),
        remedy="Mettez dans Issuer le sujet du certificat signataire, et le format …:nameid-format:X509SubjectName.",
    ),
    Rule("subject", "Subject/NameID", "Subject/NameID renseigné", lambda v: _unless(bool(v.name_id), "")),
    Rule("authentication", "AuthnStatement", "AuthnInstant et AuthnContextClassRef", _authentication),
    Rule(
        "audience",
        "Conditions",
        "pas d'AudienceRestriction",
        lambda v: _unless(not v.has_audience, "AudienceRestriction"),
        remedy="Retirez AudienceRestriction des Conditions.",
    ),
    Rule(
        "mode",
        "attribut Authentification_mode",
        "DIRECTE, INDIRECTE ou INDIRECTE_RENFORCEE, une seule valeur",
        _mode,
    ),
    *(_present(name, modes) for name, modes in codes.ATTRIBUTES_REQUIRED.items()),
    Rule(
        "sector",
        f"attribut {codes.SECTOR}",
        "SAxx^1.2.250.1.71.4.2.4",
        lambda v: _unless(_SECTOR.fullmatch(v.text(codes.SECTOR)) is not None, v.text(codes.SECTOR)),
        remedy="Mettez SA33^1.2.250.1.71.4.2.4 pour une officine.",
    ),
    Rule("first-role", f"attribut {codes.ROLE}", "une profession (G15, G16) ou un acteur (TRE_A00)", _first_role),
    Rule(
        "second-role",
        f"attribut {codes.ROLE}",
        "la spécialité (R01) ou la section (G05) après la profession",
        _second_role,
        "vihf-specialty",
    ),
    Rule(
        "vihf-version",
        f"attribut {codes.VERSION}",
        "3.0 ou 4.0",
        lambda v: _unless(v.text(codes.VERSION) in codes.VERSIONS, v.text(codes.VERSION)),
    ),
    Rule(
        "resource-urn",
        f"attribut {codes.RESOURCE_URN}",
        codes.URN_DMP,
        lambda v: _unless(v.text(codes.RESOURCE_URN) == codes.URN_DMP, v.text(codes.RESOURCE_URN)),
    ),
    Rule("purpose", f"attribut {codes.PURPOSE}", "normal, bris_de_glace ou centre_15 (TRE_R248)", _purpose),
    Rule(
        "resource-id",
        f"attribut {codes.RESOURCE_ID}",
        "INS^^^&1.2.250.1.213.1.4.{8,9,10,11}&ISO^NH",
        lambda v: _unless(not v.text(codes.RESOURCE_ID) or v.patient is not None, v.text(codes.RESOURCE_ID)),
        remedy="Écrivez le matricule de quinze caractères, puis ^^^&, son OID, &ISO^NH.",
    ),
    Rule(
        "no-subject-id",
        f"attribut {codes.SUBJECT_ID}",
        "pas de subject-id en authentification directe",
        lambda v: _unless(codes.SUBJECT_ID not in v.texts, v.text(codes.SUBJECT_ID)),
        fault="",
        modes=frozenset({Mode.DIRECT}),
    ),
    Rule(
        "resource-id-type",
        f"attribut {codes.RESOURCE_ID}",
        "INS^^^&OID&ISO^NH, de type NH",
        lambda v: _unless("&ISO^NH" in v.text(codes.RESOURCE_ID) or v.patient is None, v.text(codes.RESOURCE_ID)),
        fault="",
    ),
    Rule(
        "mode-given",
        "attribut Authentification_mode",
        "attribut Authentification_mode",
        lambda v: _unless(bool(v.modes), "absent"),
        fault="",
    ),
)


def check_attributes(vihf: Vihf, *, one_patient: bool = True) -> tuple[Remark, ...]:
    """Return the rules that are broken and tolerated. Raises Refused for the first one that refuses."""
    remarks = []
    mode = vihf.mode if _mode(vihf) is None else None  # one that is unreadable: every rule concerns it
    for rule in RULES:
        applies = rule.id == "mode" or mode is None or mode in rule.modes
        received = rule.received(vihf) if applies else None
        if received is not None and rule.fault:
            raise _broken(rule, received)
        if received is not None:
            remarks.append(Remark(rule.where, received, rule.expected))
    if one_patient and vihf.patient is None:
        raise Refused(
            "vihf",
            "resource-id absent",
            received="absent",
            expected="l'INS du patient",
            where=f"VIHF, attribut {codes.RESOURCE_ID}",
            remedy="Ajoutez l'attribut resource-id au VIHF, avec l'INS du patient.",
        )
    return tuple(remarks)


def _broken(rule: Rule, received: str) -> Refused:
    remedy = rule.remedy
    if not remedy and rule.fault == "vihf":
        remedy = f"Donnez à « {rule.where} » du VIHF la valeur attendue : {rule.expected}."
    return Refused(
        rule.fault, rule.expected, received=received, expected=rule.expected, where=f"VIHF, {rule.where}", remedy=remedy
    )


def check_period(vihf: Vihf, age_of: Callable[[datetime], datetime], now: datetime, skew: timedelta) -> None:
    """Raise Refused unless the VIHF was issued within ``skew`` of now and its Conditions hold.

    ``age_of`` turns an instant of a message into age time; ``now`` is age time. The window is a parameter since no
    source gives it (docs/sources/dmp.md#vihf-fenetre, low).
    """
    if vihf.issued is None:
        raise Refused(
            "vihf",
            "IssueInstant absent",
            received="absent",
            expected="une date et heure en UTC",
            where="VIHF, Assertion/@IssueInstant",
            remedy="Mettez dans IssueInstant l'instant de l'appel, en UTC.",
        )
    drift = now - age_of(vihf.issued)
    if abs(drift) > skew:
        when = "il y a" if drift > timedelta(0) else "dans"
        seconds = abs(drift).total_seconds()
        raise _stale(f"émis {when} {seconds:.0f} s", f"au plus {skew.total_seconds():.0f} s d'écart", "IssueInstant")
    if vihf.not_before and age_of(vihf.not_before) - skew > now:
        raise _stale("NotBefore à venir", "NotBefore passé", "NotBefore")
    if vihf.not_on_or_after and age_of(vihf.not_on_or_after) + skew <= now:
        raise _stale("NotOnOrAfter passé", "NotOnOrAfter à venir", "NotOnOrAfter")


def _stale(received: str, expected: str, where: str) -> Refused:
    return Refused("vihf-stale", received, received=received, expected=expected, where=f"VIHF, {where}")
