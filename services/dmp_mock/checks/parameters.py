"""Whether a client reads the parameter file, keeps it for a day, and no longer (EX_GEN-1540, EX_GEN-1222).

Source: docs/sources/dmp.md#param-lps. A client that never read it is told so after a day of calls: before, nobody can
know whether it would.
"""

from __future__ import annotations

from typing import Any

from dmp_mock.codes.parameters import CACHED, FETCH, OFTEN, PATH
from dmp_mock.facts import ParametersGiven, SoapRequest
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.exchange import ANSWERED
from lgo_sandbox.watch.history import Past

__all__ = ["PARAMETER_CHECKS"]


def fresh(seen: Observed[SoapRequest]) -> Outcome:
    """The file was read within a day; without any reading, calls began within a day."""
    read = next((past.at for past, given in seen.history.all(ParametersGiven) if _is_read(past, given)), None)
    if read is not None:
        kept = seen.age - read
        if kept <= CACHED:
            return True
        return Violation(f"param-lps lu il y a {kept.total_seconds() // 3600:.0f} h", "lu depuis 24 h au plus")
    first = seen.history.first(SoapRequest)
    if first is None or seen.age - first[0].at <= CACHED:
        return None
    hours = (seen.age - first[0].at).total_seconds() // 3600
    return Violation(f"aucune lecture de param-lps en {hours:.0f} h d'appels", f"GET {PATH} avant le premier appel")


def kept(seen: Observed[ParametersGiven]) -> Outcome:
    """The file is kept, not read before each call."""
    if seen.facts.redirected:
        return None
    past = seen.history.all(ParametersGiven)
    number = 1 + sum(_is_read(one, given) and seen.age - one.at <= CACHED for one, given in past)
    return number <= OFTEN or Violation(
        f"{number} lectures de param-lps en 24 h", "un fichier gardé 24 h par poste", where=f"GET {PATH}"
    )


def _is_read(past: Past, given: ParametersGiven) -> bool:
    return not given.redirected and past.outcome == ANSWERED


PARAMETER_CHECKS: tuple[Check[Any], ...] = (
    Check(
        id="DMP-PARAM-AGE",
        title="Fichier de paramètres périmé ou jamais lu (EX_GEN-1222, EX_GEN-1540)",
        reads=SoapRequest,
        test=fresh,
        source="docs/sources/dmp.md#param-lps",
        remedy=f"Relisez {PATH} quand votre copie a 24 heures, en suivant les redirections.",
        confidence="M",
        severity=Severity.WARNING,
    ),
    Check(
        id="DMP-PARAM-OFTEN",
        title="Fichier de paramètres relu sans cesse",
        reads=ParametersGiven,
        test=kept,
        source="docs/sources/dmp.md#param-lps",
        remedy="Gardez le fichier 24 heures au lieu de le relire à chaque appel.",
        operations=frozenset({FETCH}),
        confidence="L",
        severity=Severity.INFO,
    ),
)
