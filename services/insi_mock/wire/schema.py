"""Whether a part of a request is as the published schema has it: the schemas of the description, as one.

Source: docs/sources/insi.md#ordre-des-elements. Quick: libxml2 compares, and only what it refuses is looked at closely
(``layout``). Reads, never judges more.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from lxml import etree

from insi_mock.wire.description import wsdl

__all__ = ["conforms"]

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
    description = etree.fromstring(wsdl("", reconstructed=True).body)
    schemas = {}
    for one in description.iter(f"{{{_XSD}}}schema"):
        for imported in one.iter(f"{{{_XSD}}}import"):
            imported.set("schemaLocation", imported.get("namespace") or "")
        schemas[one.get("targetNamespace") or ""] = etree.tostring(one)
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    parser.resolvers.add(_Inline(schemas))
    imports = "".join(f'<import namespace="{name}" schemaLocation="{name}"/>' for name in schemas)
    return etree.XMLSchema(etree.fromstring(f'<schema xmlns="{_XSD}">{imports}</schema>', parser))


def conforms(part: etree._Element) -> bool:
    """Tell whether a header block or a body element of the contract is valid."""
    return _schema().validate(part)
