"""The operations of INSi, as their requests are recognised: by an action and the name of a body element.

Source: docs/sources/insi.md#operations (searches high; the actions of the verification are by analogy, low). Reads,
never judges a value.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from insi_mock.wire.names import BATCH_REQUEST, REQUEST_BY_CARD, REQUEST_BY_TRAITS, VERIFICATION_REQUEST
from lgo_sandbox.watch.refusals import Refused
from lgo_sandbox.wire.soap import Envelope, soap_action_of

__all__ = ["BY_CARD", "BY_TRAITS", "COLLECT", "DEPOSIT", "OPERATIONS", "VERIFY", "OperationShape", "operation_of"]


@dataclass(frozen=True, slots=True)
class OperationShape:
    """How a request of one operation is recognised: its action, the name of its body element.

    ``reconstructed``: its contract is ours, and every answer says so.
    """

    name: str
    body: str
    reconstructed: bool = False

    @property
    def action(self) -> str:
        """The WS-Addressing and HTTP action."""
        return f"urn:ServiceIdentiteCertifiee:1.0.0:{self.name}"


BY_TRAITS = OperationShape("rechercherInsAvecTraitsIdentite", f"{{{REQUEST_BY_TRAITS}}}RECSANSVITALE")
BY_CARD = OperationShape("rechercherInsAvecCarteVitale", f"{{{REQUEST_BY_CARD}}}RECVITALE")
VERIFY = OperationShape("verifierInsAvecTraitsIdentite", f"{{{VERIFICATION_REQUEST}}}Requete", reconstructed=True)
DEPOSIT = OperationShape("deposerVerificationsIns", f"{{{BATCH_REQUEST}}}Depot", reconstructed=True)
COLLECT = OperationShape("releverVerificationsIns", f"{{{BATCH_REQUEST}}}Releve", reconstructed=True)
OPERATIONS = (BY_TRAITS, BY_CARD, VERIFY, DEPOSIT, COLLECT)

_CODE = "desir_simule_action"
_HTTP_ACTION = "paramètre action du Content-Type"


def operation_of(envelope: Envelope, content_type: str | None) -> OperationShape:
    """Return the operation that the HTTP action, else wsa:Action, else the body names. Raises Refused.

    The address is shared with other téléservices, so an action of theirs is unknown here; so is a body that is not
    the action's.
    """
    http = soap_action_of(content_type)
    action, body = http or envelope.action, envelope.body_qname
    for shape in OPERATIONS:
        if body == shape.body and action in (None, "", shape.action):
            return shape
    raise _refused(action or "", _HTTP_ACTION if http else "wsa:Action", envelope)


def _refused(action: str, where: str, envelope: Envelope) -> Refused:
    """Return the refusal that names what to change: the body, when the action is one of ours, else the action."""
    named = next((shape for shape in OPERATIONS if shape.action == action), None)
    held = next((shape for shape in OPERATIONS if shape.body == envelope.body_qname), None)
    if held is not None and named is None:
        return _wrong_action(action, where, held)
    return _wrong_body(envelope.body, named or _nearest(envelope.body))


def _wrong_action(action: str, where: str, held: OperationShape) -> Refused:
    remedy = f"Envoyez « {held.action} » ({where}), à la place de « {action} »."
    return Refused(_CODE, received=action, expected=held.action, where=where, remedy=remedy)


def _wrong_body(body: etree._Element | None, wanted: OperationShape) -> Refused:
    name = etree.QName(wanted.body)
    expected = f"{name.localname} dans l'espace de noms « {name.namespace} »"
    if body is None:
        remedy = f'Mettez dans Body l\'élément {name.localname}, avec xmlns="{name.namespace}".'
        return Refused(_CODE, received="Body vide", expected=expected, where="Body", remedy=remedy)
    seen = etree.QName(body)
    space = f"l'espace de noms « {seen.namespace} »" if seen.namespace else "aucun espace de noms"
    return Refused(
        _CODE,
        received=f"{seen.localname} dans {space}",
        expected=expected,
        where=f"Body/{seen.localname}",
        remedy=_body_remedy(seen, name),
    )


def _body_remedy(seen: etree.QName, wanted: etree.QName) -> str:
    if seen.localname == wanted.localname:
        return f'Déclarez xmlns="{wanted.namespace}" sur {wanted.localname}.'
    return f'Remplacez {seen.localname} par {wanted.localname}, avec xmlns="{wanted.namespace}".'


def _nearest(body: etree._Element | None) -> OperationShape:
    """Return the operation whose body element has this name, whatever its case and namespace; else the first."""
    seen = "" if body is None else etree.QName(body).localname.casefold()
    return next((one for one in OPERATIONS if etree.QName(one.body).localname.casefold() == seen), BY_TRAITS)
