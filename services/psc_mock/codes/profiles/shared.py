"""What the dated profiles of Pro Santé Connect have in common: members that no date changed, and the forms of values.

Source: docs/sources/psc.md#profils: real tokens and user information of 2023 and 2024 (high); the ID token by
Keycloak's rule (medium). Data only.
"""

from __future__ import annotations

from psc_mock.codes import MODE_CARD, MODE_MOBILE
from psc_mock.codes.profiles.model import HIGH, MEDIUM, Form, members

__all__ = [
    "ACTIVITY",
    "BAS",
    "CIRCUMSTANCES",
    "DISCOVERY",
    "EXERCISE",
    "IDENTITY",
    "ISS_ANNOUNCED",
    "JTI_PREFIXED",
    "JTI_UUID",
    "LAY",
    "PRODUCTION",
    "PROFESSION",
    "SIGNING",
    "SUB_BARE",
    "SUB_FEDERATED",
]

BAS, PRODUCTION = "BAS", "production"

CIRCUMSTANCES = tuple((place, means) for place in (BAS, PRODUCTION) for means in (MODE_CARD, MODE_MOBILE))
"""Environment and means of log-in, which the level may depend on."""

TOKENS = "docs/sources/psc.md#profils"
USERINFO = "docs/sources/psc.md#userinfo"
FOUND = "docs/sources/psc.md#decouverte"
NEW = "docs/sources/psc.md#profil-2026"

UUID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
MARKED = "(~[a-z0-9-]+)?"
"""What this sandbox adds to a ``jti``, in a session that has a name."""
SUB_FEDERATED = Form(f"f:{UUID}:.+", "« f:<UUID>:<identifiant national> »", TOKENS, HIGH)
SUB_BARE = Form(UUID, "un UUID seul", NEW, MEDIUM)
JTI_UUID = Form(UUID + MARKED, "un UUID", TOKENS, HIGH)
JTI_PREFIXED = Form(f"onrtac:{UUID}{MARKED}", "« onrtac: » suivi d'un UUID", NEW, MEDIUM)

IDENTITY = members(USERINFO, HIGH, "sub SubjectNameID preferred_username given_name family_name")
PROFESSION = members(
    USERINFO,
    HIGH,
    "otherIds Secteur_Activite SubjectOrganization SubjectOrganizationID SubjectRole Mode_Acces_Raison "
    "Acces_Regulation_Medicale UITVersion Palier_Authentification PSI_Locale authMode",
)
LAY = (*IDENTITY, *members(USERINFO, HIGH, "codeCivilite"))

EXERCISE = members(
    USERINFO,
    HIGH,
    "codeProfession codeCategorieProfessionnelle codeCiviliteDexercice nomDexercice prenomDexercice "
    "codeTypeSavoirFaire codeSavoirFaire",
    "SubjectRefPro.exercices[].",
)
ACTIVITY = members(
    USERINFO,
    HIGH,
    "codeModeExercice codeSecteurDactivite codeSectionPharmacien codeRole codeGenreActivite numeroSiretSite "
    "numeroSirenSite numeroFinessSite numeroFinessetablissementJuridique identifiantTechniqueDeLaStructure "
    "raisonSocialeSite enseigneCommercialeSite complementDestinataire complementPointGeographique numeroVoie "
    "indiceRepetitionVoie codeTypeDeVoie libelleVoie mentionDistribution bureauCedex codePostal codeCommune codePays "
    "telephone telephone2 telecopie adresseEMail codeDepartement ancienIdentifiantDeLaStructure "
    "autoriteDenregistrement",
    "SubjectRefPro.exercices[].activities[].",
)

DISCOVERY = members(
    FOUND,
    HIGH,
    "issuer authorization_endpoint token_endpoint introspection_endpoint userinfo_endpoint end_session_endpoint "
    "frontchannel_logout_session_supported frontchannel_logout_supported jwks_uri check_session_iframe "
    "grant_types_supported acr_values_supported response_types_supported subject_types_supported "
    "id_token_signing_alg_values_supported id_token_encryption_alg_values_supported "
    "id_token_encryption_enc_values_supported userinfo_signing_alg_values_supported "
    "userinfo_encryption_alg_values_supported userinfo_encryption_enc_values_supported "
    "request_object_signing_alg_values_supported request_object_encryption_alg_values_supported "
    "request_object_encryption_enc_values_supported response_modes_supported registration_endpoint "
    "token_endpoint_auth_methods_supported token_endpoint_auth_signing_alg_values_supported "
    "introspection_endpoint_auth_methods_supported introspection_endpoint_auth_signing_alg_values_supported "
    "authorization_signing_alg_values_supported authorization_encryption_alg_values_supported "
    "authorization_encryption_enc_values_supported claims_supported claim_types_supported claims_parameter_supported "
    "scopes_supported request_parameter_supported request_uri_parameter_supported require_request_uri_registration "
    "code_challenge_methods_supported tls_client_certificate_bound_access_tokens revocation_endpoint "
    "revocation_endpoint_auth_methods_supported revocation_endpoint_auth_signing_alg_values_supported "
    "backchannel_logout_supported backchannel_logout_session_supported device_authorization_endpoint "
    "backchannel_token_delivery_modes_supported backchannel_authentication_endpoint "
    "backchannel_authentication_request_signing_alg_values_supported require_pushed_authorization_requests "
    "pushed_authorization_request_endpoint mtls_endpoint_aliases",
)
ISS_ANNOUNCED = members(FOUND, HIGH, "authorization_response_iss_parameter_supported")
SIGNING = (
    *("PS384", "RS384", "EdDSA", "ES384", "HS256", "HS512", "ES256", "RS256", "HS384", "ES512", "PS256", "PS512"),
    "RS512",
)
