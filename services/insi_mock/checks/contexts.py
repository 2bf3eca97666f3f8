"""What we reproach the contextes LPS and BAM: name of the software, authorisation number, version, identifier, time.

Source: docs/sources/insi.md#lps-nom, #idam, #contexte. The service takes all of this; the real one may not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from insi_mock.checks.operations import ALL
from insi_mock.codes import PUBLISHED_IDAM
from insi_mock.domain import Stamp
from insi_mock.facts import Contexts, Message
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.refusals import Refusal

__all__ = ["CONTEXTS", "FRESH"]

FRESH = 4 * 3600
"""How many seconds before or after the call its Temps may be (ours)."""
_SOFTWARE = re.compile(r"urn:lps:[^:\s]+:\S+")
_WHERE_NAME, _WHERE_IDAM = "ContexteLPS/LPS/Nom", "ContexteLPS/LPS/IDAM"
_VERSIONS = {"ContexteLPS": "01_00", "ContexteBAM": "01_02"}

Wrong = tuple[str, str, str, str]
"""Where, the value, what is expected, the remedy."""


def _near(seen: Observed[Contexts], *names: str) -> bool:
    """Tell whether one of these elements is there, written otherwise: the layout of the request tells that."""
    message = seen.also(Message)
    return message is not None and any(f"{one.parent}/{one.like}" in names for one in message.strays if one.like)


def _software(seen: Observed[Contexts]) -> Outcome:
    context = seen.facts.context
    name = context.software
    if _SOFTWARE.fullmatch(name):
        return True
    if not name and _near(seen, "LPS/Nom", "ContexteLPS/LPS"):
        return None
    product = re.sub(r"\s+", "-", name.removeprefix("urn:lps:").strip(": \t\r\n")) or "produit"
    version = re.sub(r"\s+", "-", context.version.strip()) or "1.0"
    right = f"urn:lps:{product}" if ":" in product else f"urn:lps:{product}:{version}"
    remedy = f"Envoyez « {right} » dans LPS/Nom."
    return Violation(name or "absent", "urn:lps:, le produit, deux-points, la version", "", remedy, _WHERE_NAME)


def _idam(seen: Observed[Contexts]) -> Outcome:
    """Any number of the right form is taken, unless the session says otherwise."""
    if seen.also(Refusal):
        return None
    number = seen.facts.context.idam
    expected = f"un numéro que le CNDA a délivré ({PUBLISHED_IDAM} ici)"
    return number == PUBLISHED_IDAM or Violation(number, expected, where=_WHERE_IDAM)


def _context(seen: Observed[Contexts]) -> Outcome:
    wrong = list(_wrong(seen))
    if not wrong:
        return True
    return Violation(
        " ; ".join(f"{where} « {value} »" if value else f"{where} absent" for where, value, _, _ in wrong),
        " ; ".join(f"{where} : {expected}" for where, _, expected, _ in wrong),
        "",
        " ".join(remedy for *_, remedy in wrong),
        ", ".join(where for where, *_ in wrong),
    )


def _wrong(seen: Observed[Contexts]) -> Iterator[Wrong]:
    context, ages = seen.facts.context, dict(seen.facts.ages)
    for block, stamp in context.stamps:
        yield from _wrong_stamp(seen, block, stamp)
        yield from _wrong_time(seen, block, stamp.time, ages.get(block))


def _wrong_stamp(seen: Observed[Contexts], block: str, stamp: Stamp) -> Iterator[Wrong]:
    version = _VERSIONS[block]
    if stamp.version != version:
        yield f"{block}/@Version", stamp.version, version, f'Écrivez Version="{version}" sur {block}.'
    if not stamp.id and not _near(seen, f"{block}/Id"):
        yield f"{block}/Id", "", "un identifiant neuf", f"Mettez un UUID neuf dans {block}/Id."


def _wrong_time(seen: Observed[Contexts], block: str, time: str, age: float | None) -> Iterator[Wrong]:
    """Yield what is wrong with a Temps: absent, malformed, without zone, or not of now."""
    where = f"{block}/Temps"
    if (age is not None and abs(age) <= FRESH) or (not time and _near(seen, where)):
        return
    now = datetime.fromisoformat(seen.exchange.started).strftime("%Y-%m-%dT%H:%M:%SZ")
    if age is not None:
        remedy = f"Refaites {block} à chaque appel, avec l'heure de l'appel dans Temps : « {now} » pour celui-ci."
        yield where, time, f"l'heure de l'appel, {now}", remedy
    elif _is_date_time(time):
        yield where, time, "un instant avec son fuseau", f"Ajoutez le fuseau à {where} : « {now} » en temps universel."
    else:
        yield where, time, "un xsd:dateTime", f"Mettez l'heure de la requête dans {where}, comme « {now} »."


def _is_date_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return "T" in text


CONTEXTS = (
    Check(
        id="INSI-LPS-NOM",
        title="Nom du logiciel : urn:lps:, le produit, la version",
        reads=Contexts,
        test=_software,
        source="docs/sources/insi.md#lps-nom",
        remedy="Préfixez ContexteLPS/LPS/Nom par « urn:lps: ».",
        confidence="M",
        operations=ALL,
        severity=Severity.INFO,
    ),
    Check(
        id="INSI-IDAM",
        title="Numéro d'autorisation que le bac à sable ne peut pas contrôler",
        reads=Contexts,
        test=_idam,
        source="docs/sources/insi.md#idam",
        remedy=f"Gardez ce numéro s'il est celui de votre logiciel ; sinon envoyez {PUBLISHED_IDAM}.",
        operations=ALL,
        severity=Severity.INFO,
    ),
    Check(
        id="INSI-CONTEXTE",
        title="Contextes LPS et BAM : version, identifiant, heure de l'appel",
        reads=Contexts,
        test=_context,
        source="docs/sources/insi.md#contexte",
        remedy="Renseignez @Version (01_00 pour LPS, 01_02 pour BAM), Id et Temps dans chaque contexte.",
        operations=ALL,
        severity=Severity.WARNING,
    ),
)
