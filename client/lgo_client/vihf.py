"""The VIHF: the SAML assertion by which an LGO says who acts, for which patient, how, at the DMP.

Direct: the professional's card authenticates and signs. Indirect: the structure's certificates do; reinforced (AIR):
they do for a professional whom Pro Santé Connect authenticated. Written apart from
the server's reader and signed by another library (signxml). Source: specs/dmp.md §2.1–2.2 (high).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cryptography import x509
from lxml import etree
from signxml import algorithms
from signxml.signer import XMLSigner

from health_documents.identifiers import OID_INS_NIR_TEST
from lgo_client.clock import Workplace
from lgo_client.environment import Certificate, Person, Structure
from lgo_client.keys import private_key

__all__ = ["Mode", "Role", "Software", "VihfWriter", "ins_cx"]

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
HL7 = "urn:hl7-org:v3"

SUBJECT_ID = "urn:oasis:names:tc:xspa:1.0:subject:subject-id"
ROLE = "urn:oasis:names:tc:xacml:2.0:subject:role"
RESOURCE = "urn:oasis:names:tc:xacml:2.0:resource:resource-id"
PURPOSE = "urn:oasis:names:tc:xspa:1.0:subject:purposeofuse"
SECRET = "urn:oasis:names:tc:xspa:1.0:resource:patient:hl7:confidentiality-code"
SECRET_CODE, VISIBILITY = "INVISIBLE_REPRESENTANTS_LEGAUX", "1.2.250.1.213.1.1.4.13"
"""What the attribute of a secret connection holds is not public; the visibility that its documents take is ours."""
ISSUER_FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"

PROFESSIONS = "1.2.250.1.71.1.2.7"
SECTIONS = "1.2.250.1.71.4.2.6"
SPECIALTIES = "1.2.250.1.71.4.2.5"
SECTORS = "1.2.250.1.71.4.2.4"
ACCESS_MODES = "1.2.250.1.213.1.1.4.248"
DOCTOR = "10"
NORMAL = "normal"
ACCESS_LABELS = {NORMAL: "Accès normal", "bris_de_glace": "Bris de glace", "centre_15": "Accès centre 15"}
"""Access mode → its label; the first needs an authorisation, the others an emergency."""


class Mode(StrEnum):
    """How the caller is authenticated, and the SAML context class that says so."""

    DIRECT = "DIRECTE"
    INDIRECT = "INDIRECTE"
    AIR = "INDIRECTE_RENFORCEE"

    @property
    def declared(self) -> str:
        """The AuthnContextDecl of this mode, empty for none."""
        return f"<saml2:AuthnContextDecl>{BROWSER}</saml2:AuthnContextDecl>" if self is Mode.AIR else ""

    @property
    def context(self) -> str:
        """The AuthnContextClassRef of this mode."""
        return f"urn:oasis:names:tc:SAML:2.0:ac:classes:{CONTEXTS[self]}"


BROWSER = "APP_BROWSER_AUTH"
"""The primary method that a VIHF in AIR declares, of a user whom Pro Santé Connect authenticated (EX_AIR-050)."""

CONTEXTS = {Mode.DIRECT: "SmartcardPKI", Mode.INDIRECT: "Password", Mode.AIR: "MobileTwoFactorUnregistered"}


@dataclass(frozen=True, slots=True)
class Role:
    """A coded role: a profession, or its section (pharmacists) or specialty (doctors)."""

    code: str
    system: str
    system_name: str
    label: str


@dataclass(frozen=True, slots=True)
class Software:
    """What the LGO says of itself: name, version, installation id, DMP authorisation number."""

    name: str
    version: str
    installation: str
    authorisation: str


def ins_cx(matricule: str, oid: str = OID_INS_NIR_TEST) -> str:
    """Return a patient identifier in HL7 CX form, as VIHF and XDS want it."""
    return f"{matricule}^^^&{oid}&ISO^NH"


def roles_of(person: Person) -> tuple[Role, ...]:
    """Return the roles of a professional: profession, then section or specialty when the profession has one."""
    profession = Role(person.profession, PROFESSIONS, "Professions", person.label)
    detail = person.specialty.partition("/")[2]
    if not detail:
        return (profession,)
    if person.profession == DOCTOR:
        return (profession, Role(detail, SPECIALTIES, "Savoir-faire", person.label))
    return (profession, Role(detail, SECTIONS, "Tableau des pharmaciens", person.label))


class VihfWriter:
    """Writes signed assertions for one author in one mode. ``certificate`` signs; ``purpose`` is the access mode.

    ``secret`` opens the secret connection of a minor (EX_0.1-1100).
    """

    def __init__(
        self,
        mode: Mode,
        person: Person,
        structure: Structure,
        certificate: Certificate,
        software: Software,
        workplace: Workplace,
        purpose: str = NORMAL,
        *,
        secret: bool = False,
    ) -> None:
        self._mode = mode
        self._secret = secret
        self._purpose = purpose
        self._person = person
        self._structure = structure
        self._software = software
        self._workplace = workplace
        self._key = private_key(certificate.key.read_bytes())
        self._chain = certificate.chain.read_text(encoding="ascii")
        leaf = x509.load_pem_x509_certificate(self._chain.encode())
        self._issuer = leaf.subject.rfc4514_string()

    @property
    def software(self) -> str:
        """The name of the software."""
        return self._software.name

    def assertion(self, patient: str) -> bytes:
        """Return a signed assertion for a patient identifier in CX form; empty, it names nobody."""
        identifier = f"_{self._workplace.uuid()}"
        root = etree.fromstring(self._text(identifier, patient).encode())
        signer = XMLSigner(
            signature_algorithm=algorithms.SignatureMethod.RSA_SHA256,
            digest_algorithm=algorithms.DigestAlgorithm.SHA256,
            c14n_algorithm=algorithms.CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )
        leaf = self._chain.partition("-----END CERTIFICATE-----")
        pem = leaf[0] + leaf[1]
        signed = signer.sign(root, key=self._key, cert=pem, reference_uri=identifier, id_attribute="ID")
        return etree.tostring(signed)

    def _text(self, identifier: str, patient: str) -> str:
        now = self._workplace.instant()
        name_id = self._person.national_id
        return (
            f'<saml2:Assertion xmlns:saml2="{SAML}" ID="{identifier}" IssueInstant="{now}" Version="2.0">'
            f'<saml2:Issuer Format="{ISSUER_FORMAT}">{_escaped(self._issuer)}</saml2:Issuer>'
            '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="placeholder"/>'
            f"<saml2:Subject><saml2:NameID>{name_id}</saml2:NameID></saml2:Subject>"
            f'<saml2:AuthnStatement AuthnInstant="{now}"><saml2:AuthnContext>'
            f"<saml2:AuthnContextClassRef>{self._mode.context}</saml2:AuthnContextClassRef>{self._mode.declared}"
            "</saml2:AuthnContext></saml2:AuthnStatement>"
            f"<saml2:AttributeStatement>{self._attributes(patient)}</saml2:AttributeStatement></saml2:Assertion>"
        )

    def _attributes(self, patient: str) -> str:
        software, structure = self._software, self._structure
        written = [
            _attribute("VIHF_Version", "3.0"),
            _attribute("Authentification_mode", self._mode.value),
            _attribute("Identifiant_Structure", structure.id_nat),
            _attribute("Secteur_Activite", f"{structure.sector}^{SECTORS}"),
            _roles(self._person),
            _attribute(RESOURCE, patient) if patient else "",
            _attribute("Ressource_URN", "urn:dmp"),
            _coded(PURPOSE, "PurposeOfUse", self._access_mode()),
            _attribute("LPS_ID", software.installation),
            _attribute("LPS_Nom", software.name),
            _attribute("LPS_Version", software.version),
            _attribute("LPS_ID_HOMOLOGATION_DMP", software.authorisation),
        ]
        if self._secret:
            written.append(_coded(SECRET, "CE", Role(SECRET_CODE, VISIBILITY, "Visibilité", "Connexion secrète")))
        if self._mode is not Mode.DIRECT:
            written.append(_attribute(SUBJECT_ID, f"{self._person.given_name} {self._person.family_name}"))
        return "".join(written)

    def _access_mode(self) -> Role:
        return Role(self._purpose, ACCESS_MODES, "mode acces VIHF 2.0", ACCESS_LABELS[self._purpose])


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _attribute(name: str, value: str) -> str:
    return _valued(name, _escaped(value))


def _valued(name: str, *values: str) -> str:
    written = "".join(f"<saml2:AttributeValue>{value}</saml2:AttributeValue>" for value in values)
    return f'<saml2:Attribute Name="{name}">{written}</saml2:Attribute>'


def _roles(person: Person) -> str:
    return _valued(ROLE, *(_ce("Role", role) for role in roles_of(person)))


def _coded(name: str, tag: str, value: Role) -> str:
    return _valued(name, _ce(tag, value))


def _ce(tag: str, value: Role) -> str:
    return (
        f'<{tag} xmlns="{HL7}" xmlns:xsi="{XSI}" xsi:type="CE" code="{value.code}" codeSystem="{value.system}"'
        f' codeSystemName="{_escaped(value.system_name)}" displayName="{_escaped(value.label)}"/>'
    )
