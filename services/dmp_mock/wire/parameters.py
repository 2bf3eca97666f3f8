"""Writing the parameter file of the DMP.

Source: docs/sources/dmp.md#param-lps; its schema is not public, so that this one is ours and says so.
"""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from dmp_mock.codes.parameters import NAMESPACE, SIMULATION

__all__ = ["write_parameters"]


def write_parameters(values: Mapping[str, str]) -> bytes:
    """Return the file: one ``parametre`` a value, after what says that it is a simulation."""
    root = etree.Element(f"{{{NAMESPACE}}}param-lps", nsmap={None: NAMESPACE})
    root.append(etree.Comment(f" {SIMULATION} "))
    for name, value in values.items():
        etree.SubElement(root, f"{{{NAMESPACE}}}parametre", nom=name).text = value
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
