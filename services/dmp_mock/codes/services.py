"""The services of the DMP as its description names them: one WSDL each.

Source: docs/sources/dmp.md#wsdl (names, namespaces, ports; high). Knows no transaction.
"""

from __future__ import annotations

from dataclasses import dataclass

from dmp_mock.codes.habilitations import NS_HABILITATIONS, NS_PATIENTS
from dmp_mock.codes.names import NS_XDSB

__all__ = ["SERVICES", "WebService"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebService:
    """A service: the key that transactions give, where it answers, and how its description names its parts.

    ``before`` stands before the name of each operation; ``schemas`` are the files of its types. ``tells_actions`` says
    whether the description tells the actions of WS-Addressing, beside soapAction.
    """

    key: str
    path: str
    name: str
    namespace: str
    port_type: str
    binding: str
    service: str
    port: str
    part: str
    schemas: tuple[str, ...]
    before: str = ""
    tells_actions: bool = True


def _end_point(key: str, path: str, name: str, namespace: str, schema: str) -> WebService:
    """Return one of the services that were made from code."""
    return WebService(
        key=key,
        path=path,
        name=f"{name}ImplService",
        namespace=namespace,
        port_type=name,
        binding=f"{name}ImplServiceSoapBinding",
        service=f"{name}ImplService",
        port=f"{name}ImplPort",
        part="parameters",
        schemas=(schema,),
        tells_actions=False,
    )


SERVICES = (
    WebService(
        key="Patients",
        path="patients",
        name="GestionDossierPatientPartage",
        namespace="asip:ci-sis:gdp:2010",
        port_type="GDP_PortType",
        binding="GDP_Binding_Soap12",
        service="GDP_Service",
        port="GDP_Binding_Soap12",
        part="Body",
        schemas=("hl7v3",),
    ),
    WebService(
        key="PatientsPDQ",
        path="patientsPDQ",
        name="PDQSupplier",
        namespace="urn:ihe:iti:pdqv3:2007",
        port_type="PDQSupplier_PortType",
        binding="PDQSupplier_Binding_Soap12",
        service="PDQSupplier_Service",
        port="PDQSupplier_Port_Soap12",
        part="Body",
        schemas=("hl7v3",),
    ),
    _end_point("PatientsSpecific", "patientsSpecific", "PatientSpecificEndPoint", NS_PATIENTS, "patients"),
    _end_point("Habilitations", "habilitations", "HabilitationsEndPoint", NS_HABILITATIONS, "habilitations"),
    WebService(
        key="Registry",
        path="registry",
        name="DocumentRegistry",
        namespace=NS_XDSB,
        port_type="DocumentRegistry_PortType",
        binding="DocumentRegistry_Binding_Soap12",
        service="DocumentRegistry_Service",
        port="DocumentRegistry_Port_Soap12",
        part="body",
        schemas=("rim", "rs", "lcm", "query"),
        before="DocumentRegistry_",
    ),
    WebService(
        key="Repository",
        path="repository",
        name="DocumentRepository",
        namespace=NS_XDSB,
        port_type="DocumentRepository_PortType",
        binding="DocumentRepository_Binding",
        service="DocumentRepository_Service",
        port="DocumentRepository_Port_Soap12",
        part="body",
        schemas=("rim", "rs", "lcm", "xds"),
        before="DocumentRepository_",
    ),
)
