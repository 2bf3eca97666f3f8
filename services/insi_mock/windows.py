"""What happened before a call that decides whether it may leave: the user's markers, and the earlier exchanges.

Source: specs/requirements.md §2.1 (rules 4, 11, 12, 25, 27, 30, 37, 39, 48, 49, 52, 53), §3.1 (cards INS-A to INS-G).
A marker about a person has his matricule, or « NOM PRENOM » as searched, for subject. Facts only: ``checks`` judges.
Without markers, and for a search of one first name, nothing is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from insi_mock.domain import Traits
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.journal import Filter
from lgo_sandbox.watch.markers import Marker, plain

__all__ = ["MARKERS", "RECEPTION_DELAY", "search_facts", "verification_facts", "window_facts"]

DOUBTFUL, FICTITIOUS, RESTORED = "identité douteuse", "identité fictive", "identité rétablie"
DENIED, GRANTED = "profil sans droit INSi", "profil habilité INSi"
CHANGED = "trait strict modifié"
CHECKED = "pièce d'identité contrôlée"
QUALIFIED = "identité qualifiée"
RECEIVED, TRUSTED = "INS reçu d'un autre domaine", "contrat de confiance"
TRACED = "trace INSi"

MARKERS = {
    DOUBTFUL: "la personne (matricule, ou « NOM PRENOM »)",
    FICTITIOUS: "la personne",
    RESTORED: "la personne",
    DENIED: "l'identifiant national de l'utilisateur ; vide : tous",
    GRANTED: "l'identifiant national de l'utilisateur ; vide : tous",
    CHANGED: "le matricule",
    CHECKED: "le matricule",
    QUALIFIED: "le matricule",
    RECEIVED: "le matricule",
    TRUSTED: "le matricule ; vide : tous",
    TRACED: "le MessageID ; détail : utilisateur, code, matricule",
}
"""Name of a marker → its subject. Accents, case and punctuation do not count."""

RECEPTION_DELAY = timedelta(minutes=15)
"""How long after it arrived an INS of another domain may wait for its automatic verification (ours)."""
LOOK_BACK = 200
"""How many exchanges are read back."""
SEARCHES = frozenset({"rechercherInsAvecTraitsIdentite", "rechercherInsAvecCarteVitale"})
VERIFICATION = "verifierInsAvecTraitsIdentite"


def window_facts(call: Call, subjects: set[str]) -> dict[str, Any]:
    """Return the open windows: a doubt about the person, a user without right, what waits, the previous trace."""
    markers = call.session.markers.all()
    if not markers:
        return {"doubt": "", "denied": ""}
    mine = [marker for marker in markers if marker.subject and marker.subject in subjects]
    caller = str(call.exchange.facts.get("caller", ""))
    users = [marker for marker in markers if marker.subject in ("", caller)]
    return {
        "doubt": _open(mine, (DOUBTFUL, FICTITIOUS), (RESTORED,)),
        "denied": _open(users, (DENIED,), (GRANTED,)),
        **_qualification(call, mine),
        **_overdue(call, markers),
        **_previous_trace(call, markers),
    }


def _open(markers: Iterable[Marker], opening: Iterable[str], closing: Iterable[str]) -> str:
    """Return the marker that opened a window which is not closed, else ""."""
    opens, closes = set(map(plain, opening)), set(map(plain, closing))
    said = [marker for marker in markers if plain(marker.name) in opens | closes]
    return said[-1].name if said and plain(said[-1].name) in opens else ""


def _named(markers: Iterable[Marker], name: str) -> list[Marker]:
    return [marker for marker in markers if plain(marker.name) == plain(name)]


def _qualification(call: Call, mine: list[Marker]) -> dict[str, Any]:
    """Return what lacks to the last declared qualification: the document, an answer 00."""
    declared = _named(mine, QUALIFIED)
    if not declared:
        return {}
    at, matricule = datetime.fromisoformat(declared[-1].at), declared[-1].subject
    found = any(kind == "00" and moment <= at for kind, moment in _events(call, matricule))
    checked = any(datetime.fromisoformat(marker.at) <= at for marker in _named(mine, CHECKED))
    lacking = [what for what, there in ((CHECKED, checked), ("une réponse 00 d'INSi", found)) if not there]
    return {"qualified_without": lacking}


def _overdue(call: Call, markers: list[Marker]) -> dict[str, Any]:
    """Return the matricules received from elsewhere that waited too long for their verification."""
    limit = call.session.clock.age() - RECEPTION_DELAY
    received = [m for m in _named(markers, RECEIVED) if datetime.fromisoformat(m.at) < limit]
    if not received:
        return {}
    excused = {m.subject for name in (QUALIFIED, TRUSTED) for m in _named(markers, name)}
    claimed = {e.facts.get("claim", {}).get("matricule") for e in _earlier(call) if e.operation == VERIFICATION}
    claimed |= {call.exchange.facts.get("claim", {}).get("matricule")}
    waiting = {m.subject for m in received} - claimed - excused
    return {"overdue": sorted(waiting) if "" not in excused else []}


def _previous_trace(call: Call, markers: list[Marker]) -> dict[str, Any]:
    """Return the call before this one, and how the client's own journal tells it, once the client tells any."""
    traces = _named(markers, TRACED)
    if not traces:
        return {}
    calls = [exchange for exchange in _earlier(call) if exchange.facts.get("code") or exchange.facts.get("error")]
    if not calls:
        return {}
    before = calls[0]
    told = next((trace.detail for trace in traces if trace.subject == before.facts.get("message_id")), None)
    return {
        "previous": {
            "operation": before.operation,
            "message_id": before.facts.get("message_id", ""),
            "code": before.facts.get("error") or before.facts.get("code"),
            "matricule": before.facts.get("answer", {}).get("matricule", ""),
            "trace": told,
        }
    }


def search_facts(call: Call, traits: Traits) -> dict[str, Any]:
    """Return which first names were asked alone before a search that asks several together, and whether 02 came."""
    if " " not in traits.first_names:
        return {}
    same = (traits.birth_name, traits.sex, traits.birth_date)
    tried: dict[str, str] = {}
    for exchange in _earlier(call):
        asked = exchange.facts.get("traits", {})
        if (asked.get("birth_name"), asked.get("sex"), asked.get("birth_date")) == same:
            tried[asked["first_names"]] = exchange.facts.get("code", "")
    return {"tried": sorted(filter(None, tried)), "homonyms": "02" in tried.values()}


def verification_facts(call: Call, matricule: str, conforms: bool) -> dict[str, Any]:
    """Return what happened to this matricule before: a KO or a changed trait that no search followed, a reception."""
    events = _events(call, matricule)
    marks = call.session.markers.all(subject=matricule)
    found = [moment for kind, moment in events if kind == "00"]
    received = _named(marks, RECEIVED)
    settled = [m for m in _named(marks, QUALIFIED) if received and m.at <= received[-1].at]
    return {
        "after_ko": _last(moment for kind, moment in events if kind == "KO") > _last(found),
        "after_change": _last(datetime.fromisoformat(m.at) for m in _named(marks, CHANGED)) > _last(found),
        "received": bool(received),
        "already_qualified": bool(settled),
    }


_NEVER = datetime.fromisoformat("0001-01-01T00:00:00+00:00")


def _last(moments: Iterable[datetime]) -> datetime:
    return max(moments, default=_NEVER)


def _events(call: Call, matricule: str) -> list[tuple[str, datetime]]:
    """Return what INSi said of a matricule before: 00 of a search, OK or KO of a verification."""
    events = []
    for exchange in _earlier(call):
        facts, at = exchange.facts, datetime.fromisoformat(exchange.age)
        if facts.get("answer", {}).get("matricule") == matricule:
            events.append(("00", at))
        elif facts.get("claim", {}).get("matricule") == matricule and "verified" in facts:
            events.append(("OK" if facts["verified"] else "KO", at))
    return events


def _earlier(call: Call) -> list[Exchange]:
    return call.session.journal.read(Filter(service=call.exchange.service, newest_first=True, limit=LOOK_BACK))
