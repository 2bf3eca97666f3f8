"""The operations of ApCV, as their requests are recognised: by an address, an action and the name of a body element.

Source: docs/sources/apcv.md#operations (medium). Reads, never judges a value.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from apcv_mock.wire.names import AUTH, AUTH_PATH, SIGN, SIGN_PATH
from lgo_sandbox.watch.refusals import Refused
from lgo_sandbox.wire.soap import Envelope, soap_action_of

__all__ = ["AUTHENTICATE", "DESTROY", "OPERATIONS", "RESTORE", "SIGN_BILL", "OperationShape", "operation_of"]


@dataclass(frozen=True, slots=True)
class OperationShape:
    """One operation: its name, the namespace and the stem of its elements, the family of its action, its address."""

    name: str
    namespace: str
    stem: str
    family: str
    path: str

    @property
    def action(self) -> str:
        """The WS-Addressing and HTTP action."""
        return f"urn:{self.family}:1.0.0:{self.name}"

    @property
    def body(self) -> str:
        """The name of the body element of a request, ``{namespace}local``."""
        return f"{{{self.namespace}}}{self.stem}Req"


AUTHENTICATE = OperationShape(
    "authentifierUtilisateurProximite", AUTH, "AuthentifierUtilisateurProximite", "ApCV_AUTH", AUTH_PATH
)
RESTORE = OperationShape("restituerContexteApCV", AUTH, "RestituerContexteApCV", "ApCV_AUTH", AUTH_PATH)
DESTROY = OperationShape("detruireContexteApCV", AUTH, "DetruireContexteApCV", "ApCV_AUTH", AUTH_PATH)
SIGN_BILL = OperationShape("signerVitale", SIGN, "SignerVitale", "ApCV_SIGN", SIGN_PATH)
OPERATIONS = (AUTHENTICATE, RESTORE, DESTROY, SIGN_BILL)

_CODE = "apcv_simule_action"


def operation_of(envelope: Envelope, content_type: str | None, path: str) -> OperationShape:
    """Return the operation of a request at an address. Raises Refused."""
    http = soap_action_of(content_type)
    action, body = http or envelope.action or "", envelope.body_qname
    held = next((shape for shape in OPERATIONS if shape.body == body), None)
    named = next((shape for shape in OPERATIONS if shape.action == action), None)
    if held is None:
        raise _wrong_body(envelope.body, named or next(shape for shape in OPERATIONS if shape.path == path))
    if action and named is not held:
        where = "paramètre action du Content-Type" if http else "wsa:Action"
        raise Refused(
            _CODE,
            received=action,
            expected=held.action,
            where=where,
            remedy=f"Envoyez « {held.action} » ({where}).",
        )
    if held.path != path:
        remedy = f"Appelez POST {held.path} pour {held.name}."
        raise Refused(_CODE, received=path, expected=held.path, where="URL", remedy=remedy)
    return held


def _wrong_body(body: etree._Element | None, wanted: OperationShape) -> Refused:
    name = etree.QName(wanted.body)
    seen = None if body is None else etree.QName(body)
    received = "Body vide" if seen is None else f"{seen.localname} dans {_space(seen.namespace)}"
    return Refused(
        _CODE,
        received=received,
        expected=f"{name.localname} dans {_space(name.namespace)}",
        where="Body" if seen is None else f"Body/{seen.localname}",
        remedy=f'Mettez dans Body l\'élément {name.localname}, avec xmlns="{name.namespace}".',
    )


def _space(namespace: str | None) -> str:
    return f"l'espace de noms « {namespace} »" if namespace else "aucun espace de noms"
