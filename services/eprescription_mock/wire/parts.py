"""Taking typed values out of untrusted FHIR JSON: texts, numbers, codings, references.

Source: HL7 FHIR R4 datatypes.html, references.html, parameters.html; confidence high. Knows no resource of this
service.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, TypeAlias

from eprescription_mock.codes import MAX_TEXT
from eprescription_mock.domain.values import Refused
from lgo_sandbox.wire.json import BadJson, read_json

__all__ = [
    "Json",
    "References",
    "any_json",
    "boolean",
    "codings",
    "concept_text",
    "identifier_of",
    "invalid",
    "items",
    "member",
    "objects",
    "parameters",
    "resource_of_type",
    "shown",
    "text",
    "whole",
]

Json: TypeAlias = dict[str, Any]
SHOWN = 120
HEAD = 60
SHORTEST = 4
"""Slashes of the shortest RESTful address of a resource: scheme, host, base, type, id."""
VALUE_NAMES = ("valueString", "valueCode", "valueUri")


_WANTED = re.compile(r" est attendue?$")


def invalid(where: str, detail: str, received: Any, expected: str = "") -> Refused:
    """Return the refusal of an element; ``received`` is what stood there. ``detail`` says what is expected."""
    wanted = expected or _WANTED.sub("", detail)
    remedy = f"Mettez dans {where} : {wanted}."
    return Refused("element-invalide", detail, received=shown(received), expected=wanted, where=where, remedy=remedy)


def shown(value: Any) -> str:
    """Return what stood at a place, as JSON, cut when it is long."""
    return "absent" if value is None else json.dumps(value, ensure_ascii=False)[:SHOWN]


def any_json(body: bytes) -> Json:
    """Return a JSON object. Raises Refused for anything else."""
    try:
        value = read_json(body)
    except BadJson as error:
        raise Refused(
            "corps-illisible", error.reason, received=f"{_head(body)} : {error.reason}", where="corps"
        ) from error
    if not isinstance(value, dict):
        detail = "le corps n'est pas un objet JSON"
        raise Refused("corps-illisible", detail, received=shown(value), expected="un objet JSON", where="corps")
    return value


def _head(body: bytes) -> str:
    return f"« {body[:HEAD].decode('utf-8', 'backslashreplace')} »" if body else "corps vide"


def resource_of_type(body: bytes, kind: str) -> Json:
    """Return a resource of one type. Raises Refused for anything else."""
    resource = any_json(body)
    if resource.get("resourceType") != kind:
        raise _other_type(resource, kind)
    return resource


def _other_type(resource: Json, kind: str) -> Refused:
    received, detail = f"resourceType {shown(resource.get('resourceType'))}", f"une ressource {kind} est attendue"
    remedy = f"Envoyez une ressource {kind} à cette opération."
    expected = f'"resourceType": "{kind}"'
    return Refused("corps-illisible", detail, received=received, expected=expected, where="corps", remedy=remedy)


def member(value: Json, name: str, where: str) -> Json:
    """Return an object member, empty when absent. Raises Refused when it is no object."""
    found = value.get(name, {})
    if not isinstance(found, dict):
        raise invalid(f"{where}.{name}", "un objet est attendu", found)
    return found


def items(value: Json, name: str, where: str) -> list[Any]:
    """Return an array member, empty when absent. Raises Refused when it is no array."""
    found = value.get(name, [])
    if not isinstance(found, list):
        raise invalid(f"{where}.{name}", "un tableau est attendu", found)
    return found


def objects(value: Json, name: str, where: str) -> list[Json]:
    """Return an array of objects, empty when absent. Raises Refused for anything else."""
    found = items(value, name, where)
    if not all(isinstance(one, dict) for one in found):
        raise invalid(f"{where}.{name}", "un tableau d'objets est attendu", found)
    return found


def text(value: Json, name: str, where: str, *, required: bool = False) -> str:
    """Return a string member, empty when absent. Raises Refused when it is no string, too long, or missing."""
    found = value.get(name, "")
    if not isinstance(found, str) or len(found) > MAX_TEXT:
        raise invalid(f"{where}.{name}", f"un texte d'au plus {MAX_TEXT} caractères est attendu", found)
    if required and not found.strip():
        raise invalid(f"{where}.{name}", "élément obligatoire absent", value.get(name), "un texte non vide")
    return found.strip()


def _as_sent(value: Json, name: str, where: str) -> str:
    """Return a string member with the blanks that stand around it: a scanner that adds some is to be mended."""
    text(value, name, where)
    return str(value.get(name, ""))


def whole(value: Json, name: str, where: str, default: int | None = None) -> int:
    """Return a whole number. Raises Refused when it is missing, no number, or a fraction."""
    found = value.get(name, default)
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise invalid(f"{where}.{name}", "un nombre est attendu", found)
    if found != int(found):
        raise Refused("quantite-invalide", f"{found}", received=f"{found}", where=f"{where}.{name}")
    return int(found)


def boolean(value: Json, name: str, where: str, default: bool) -> bool:
    """Return a boolean member. Raises Refused when it is none."""
    found = value.get(name, default)
    if not isinstance(found, bool):
        raise invalid(f"{where}.{name}", "un booléen est attendu", found)
    return found


def codings(concept: Json, where: str) -> Iterator[tuple[str, str, str]]:
    """Yield (system, code, display) of a CodeableConcept."""
    for coding in objects(concept, "coding", where):
        yield (text(coding, "system", where), text(coding, "code", where), text(coding, "display", where))


def concept_text(concept: Json, where: str) -> str:
    """Return the first code of a CodeableConcept, else its text."""
    return next((code for _, code, _ in codings(concept, where) if code), "") or text(concept, "text", where)


class References:
    """The resources of a Bundle, found by what may refer to them."""

    def __init__(self, bundle: Json) -> None:
        self.resources: list[Json] = []
        self._by_reference: dict[str, Json] = {}
        for entry in objects(bundle, "entry", "Bundle"):
            resource = member(entry, "resource", "Bundle.entry")
            self.resources.append(resource)
            for reference in _references_to(entry.get("fullUrl"), resource.get("resourceType"), resource.get("id")):
                self._by_reference.setdefault(reference, resource)

    def of_type(self, *kinds: str) -> list[Json]:
        """Return the resources of some types, in order."""
        return [resource for resource in self.resources if resource.get("resourceType") in kinds]

    def resolved(self, reference: str, holder: Json | None = None) -> Json:
        """Return what a reference of ``holder`` points to, in it or in the Bundle; empty when it points elsewhere."""
        if reference.startswith("#") and holder is not None:
            inner = objects(holder, "contained", str(holder.get("resourceType")))
            found = next((one for one in inner if reference == f"#{one.get('id')}"), None)
            if found is not None:
                return found
        return self._by_reference.get(reference.partition("/_history/")[0], {})


def _references_to(url: Any, kind: Any, name: Any) -> Iterator[str]:
    """Yield what may refer to an entry: its address, its type and id, the end of a RESTful address."""
    if isinstance(url, str):
        yield url
        if url.startswith(("http://", "https://")) and url.count("/") > SHORTEST:
            yield "/".join(url.rsplit("/", 2)[1:])
    if isinstance(name, str):
        yield f"{kind}/{name}"
        yield f"#{name}"


def identifier_of(
    reference: Json, references: References, where: str, holder: Json | None = None, systems: Collection[str] = ()
) -> tuple[str, str]:
    """Return (system, value) of a Reference: its identifier, or one of the resource it points to.

    Of several, one of ``systems`` is preferred. Both are empty when there is none.
    """
    identifier = member(reference, "identifier", where)
    if not identifier:
        target = references.resolved(text(reference, "reference", where), holder)
        named = objects(target, "identifier", where)
        identifier = next((one for one in named if one.get("system") in systems), next(iter(named), {}))
    return text(identifier, "system", where), text(identifier, "value", where)


def parameters(body: bytes) -> Mapping[str, str]:
    """Return the text parameters of a Parameters resource, or of a bare JSON object of texts; no body, no parameter."""
    if not body:
        return {}
    value = any_json(body)
    if "resourceType" not in value:
        return {name: _as_sent(value, name, "Parameters") for name in value}
    if value["resourceType"] != "Parameters":
        raise _other_type(value, "Parameters")
    found: dict[str, str] = {}
    for one in objects(value, "parameter", "Parameters"):
        name = text(one, "name", "Parameters.parameter", required=True)
        if name in found:
            twice = f"paramètre « {name} » donné deux fois"
            raise invalid("Parameters.parameter", twice, name, "un seul paramètre de ce nom")
        found[name] = next((_as_sent(one, key, name) for key in VALUE_NAMES if key in one), "")
    return found
