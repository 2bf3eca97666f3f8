"""RegistryResponse and the error list that all XDS answers share.

Source: docs/sources/dmp.md#erreurs-xds (how the real DMP writes a failure is not public: the IHE form is used); IHE ITI
TF-3 §4.2.4. Knows no rule.
"""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from dmp_mock.codes import xds
from dmp_mock.domain.errors import XdsError

__all__ = ["NS_RS", "add_errors", "registry_response"]

NS_RS = "urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0"


def registry_response(status: str, errors: Sequence[XdsError] = ()) -> etree._Element:
    """Return a RegistryResponse, the answer to ITI-41 and ITI-57."""
    response = etree.Element(f"{{{NS_RS}}}RegistryResponse", {"status": status}, nsmap={"rs": NS_RS})
    add_errors(response, errors)
    return response


def add_errors(response: etree._Element, errors: Sequence[XdsError]) -> None:
    """Append the RegistryErrorList, if there are errors."""
    if not errors:
        return
    error_list = etree.SubElement(response, f"{{{NS_RS}}}RegistryErrorList", {"highestSeverity": xds.SEVERITY_ERROR})
    for error in errors:
        attributes = {"codeContext": error.context, "errorCode": error.code.value, "severity": xds.SEVERITY_ERROR}
        attributes |= {"location": error.location} if error.location else {}
        etree.SubElement(error_list, f"{{{NS_RS}}}RegistryError", attributes)
