"""Whether the body and ContexteLPS of a request are as the description has them; if not, the first element at fault.

Source: docs/sources/apcv.md#wsdl (the order of elements is that of public clients: medium). Reads, never judges more.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from lxml import etree

from apcv_mock.wire.description import wsdl
from apcv_mock.wire.names import CONTEXT_LPS
from lgo_sandbox.wire.soap import Envelope

__all__ = ["stray_of"]

_XSD = "http://www.w3.org/2001/XMLSchema"


class _Inline(etree.Resolver):
    """Finds a schema by its namespace among those of the description: nothing is fetched."""

    def __init__(self, schemas: dict[str, bytes]) -> None:
        super().__init__()
        self._schemas = schemas

    def resolve(self, system_url: str | None, _public_id: str | None, context: Any) -> Any:
        """Return the schema whose namespace stands for its address."""
        return self.resolve_string(self._schemas[system_url or ""], context)


@cache
def _schema() -> etree.XMLSchema:
    description = etree.fromstring(wsdl("").body)
    found = description.iter(f"{{{_XSD}}}schema")
    schemas = {one.get("targetNamespace") or "": etree.tostring(one) for one in found}
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    parser.resolvers.add(_Inline(schemas))
    imports = "".join(f'<import namespace="{name}" schemaLocation="{name}"/>' for name in schemas)
    return etree.XMLSchema(etree.fromstring(f'<schema xmlns="{_XSD}">{imports}</schema>', parser))


def stray_of(envelope: Envelope) -> str:
    """Return where the first thing stands that the schema does not have so, for people; "" when there is none."""
    parts = (envelope.body, envelope.header(f"{{{CONTEXT_LPS}}}ContexteLPS"))
    return next((told for part in parts if part is not None and (told := _stray(part))), "")


def _stray(part: etree._Element) -> str:
    schema = _schema()
    whole = etree.fromstring(etree.tostring(part, with_tail=False))
    if schema.validate(whole):
        return ""
    found = whole.xpath(schema.error_log[0].path or "/*")
    at = found[0] if isinstance(found, list) and found and isinstance(found[0], etree._Element) else whole
    names = [etree.QName(one).localname for one in (at, *at.iterancestors())]
    return "/".join(reversed(names))
