"""The code systems of the Annuaire Santé and the names of its identifiers: data only.

Source: docs/sources/annuaire.md#api-fhir (guide v2 and profiles 1.2.0: high; R275 and R277 of activities: medium).
"""

from __future__ import annotations

from health_documents.identifiers import OID_PS_IDNAT, OID_STRUCT_IDNAT

FR_CORE = "https://hl7.fr/ig/fhir/core/StructureDefinition"
AS = "https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition"
IDENTIFIER_TYPES = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203"
ORGANIZATION_TYPES = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-3307"
ISO21090 = "http://hl7.org/fhir/StructureDefinition/iso21090-ADXP"
SUBSETTED = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
SOURCE = "https://annuaire.esante.gouv.fr"

IDNPS, IDNST = f"urn:oid:{OID_PS_IDNAT}", f"urn:oid:{OID_STRUCT_IDNAT}"
RPPS, RPPS_RANK = "https://rpps.esante.gouv.fr", "https://rppsrang.esante.gouv.fr"
FINESS, SIRENE, ARHGOS = "https://finess.esante.gouv.fr", "https://sirene.fr", "https://arhgos.ars.sante.fr"


def _table(name: str) -> str:
    """Return the URL of a table of the NOS: ``TRE_R02-SecteurActivite`` names it once with ``_``, once with ``-``."""
    return f"https://mos.esante.gouv.fr/NOS/{name}/FHIR/{name.replace('_', '-', 1)}"


PROFESSION = _table("TRE_G15-ProfessionSante")
CATEGORY = _table("TRE_R09-CategorieProfessionnelle")
SPECIALTY = _table("TRE_R38-SpecialiteOrdinale")
SKILL_TYPE = _table("TRE_R04-TypeSavoirFaire")
DIPLOMA, DIPLOMA_TYPE = _table("TRE_R48-DiplomeEtatFrancais"), _table("TRE_R14-TypeDiplome")
SECTION, SUBSECTION = _table("TRE_R06-SectionTableauCNOP"), _table("TRE_G05-SousSectionTableauCNOP")
FUNCTION, CARE_ROLE = _table("TRE_R21-Fonction"), _table("TRE_R85-RolePriseCharge")
ACTIVITY_KIND, EXERCISE_MODE = _table("TRE_R22-GenreActivite"), _table("TRE_R23-ModeExercice")
SECTOR, ESTABLISHMENT = _table("TRE_R02-SecteurActivite"), _table("TRE_R66-CategorieEtablissement")
LEGAL_STATUS, PUBLIC_SERVICE = _table("TRE_R72-FinessStatutJuridique"), _table("TRE_R73-ESPIC")
NAF = _table("TRE_R75-InseeNAFrev2Niveau5")
COMMUNE = _table("TRE_R13-Commune")
MAIL_KIND, MAILBOX_KIND = _table("TRE_R256-TypeMessagerie"), _table("TRE_R257-TypeBAL")
CARD_KIND = _table("TRE_R206-TypeCarte")
AUTHORITY = _table("TRE_R60-AutoriteEnregistrement")
CARE_MODE, CARE_ACTIVITY = _table("TRE_R275-ModaliteActivite"), _table("TRE_R277-ActiviteSanitaireRegulee")
CARE_FORM, SOCIAL_MODE = _table("TRE_R276-FormeActivite"), _table("TRE_R209-TypeActivite")
SOCIAL_ACTIVITY = _table("TRE_R278-DisciplineEquipementSocial")
HEAVY_EQUIPMENT = _table("TRE_R272-EquipementMaterielLourd")

LEGAL, GEOGRAPHICAL = "LEGAL-ENTITY", "GEOGRAPHICAL-ENTITY"
