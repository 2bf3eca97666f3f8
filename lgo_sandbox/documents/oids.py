"""OIDs, namespaces and template ids that health documents use: each one stands here once.

Source: specs/cda.md §4–6 and §9, specs/eprescription.md §2–3, specs/dmp.md §3; IHE ITI TF-3 §4.2 for the XDS scheme
UUIDs. Confidence high. The roots of people, structures, INS and e-prescriptions are in ``lgo_sandbox.identifiers``.
Knows no behaviour: constants only, for writers and readers alike.
"""

from __future__ import annotations

# Namespaces
NS_HL7 = "urn:hl7-org:v3"
NS_XSI = "http://www.w3.org/2001/XMLSchema-instance"
NS_PHARM = "urn:ihe:pharm:medication"
NS_RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
NS_LCM = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"

# Code systems
LOINC = "2.16.840.1.113883.6.1"
CONFIDENTIALITY = "2.16.840.1.113883.5.25"
GENDER = "2.16.840.1.113883.5.1"
ACT_CODE = "2.16.840.1.113883.5.4"
SUBSTITUTION = "2.16.840.1.113883.5.1070"
ATC = "2.16.840.1.113883.6.73"
EDQM = "0.4.0.127.0.16.1.1.2.1"
CIS = "1.2.250.1.213.2.3.1"
CIP = "1.2.250.1.213.2.3.2"
MEDICABASE = "1.2.250.1.213.2.59"
EMDN = "1.2.250.1.213.2.68"
LPP = "1.2.250.1.215.300.4"
SMS = "2.16.840.1.113883.3.6905.2"
CIM10 = "2.16.840.1.113883.6.3"
SNOMED = "2.16.840.1.113883.6.96"
ENCOUNTER_ANS = "1.2.250.1.213.1.1.4.2.291"
PARTICIPATION_ANS = "1.2.250.1.213.1.1.4.2.280"
ROLE_CODE = "2.16.840.1.113883.5.111"
IHE_PHARMACY_ITEM = "1.3.6.1.4.1.19376.1.9.2.2"
INTERPRETATION = "2.16.840.1.113883.5.83"
UDI = "2.51.1.1"
TA_ASIP = "1.2.250.1.213.1.1.4.322"
IHE_ACT_CODE = "1.3.6.1.4.1.19376.1.5.3.2"
IHE_FORMAT = "1.3.6.1.4.1.19376.1.2.3"
TRE_A01_PRACTICE = "1.2.250.1.213.1.1.4.9"
TRE_A03_CLASS = "1.2.250.1.213.1.1.4.1"
TRE_A04_VISIBILITY = "1.2.250.1.213.1.1.4.13"
TRE_A05_TYPE = "1.2.250.1.213.1.1.4.12"
TRE_A06_FORMAT = "1.2.250.1.213.1.1.4.2.282"
AUTHOR_OTHER = "1.2.250.1.213.1.1.4.6"
SPECIALTY = "1.2.250.1.213.1.1.4.5"
FUNCTION_ROLE = "1.2.250.1.213.1.6.1.107"
FACILITY = "1.2.250.1.71.4.2.4"
ACTIVITY = "1.2.250.1.213.2.2"

# CDA header
TYPE_ID_ROOT = "2.16.840.1.113883.1.3"
TYPE_ID_EXTENSION = "POCD_HD000040"
T_HL7_FRANCE = "2.16.840.1.113883.2.8.2.1"
T_CI_SIS = "1.2.250.1.213.1.1.1.1"
T_XDS_SD = "1.3.6.1.4.1.19376.1.2.20"
T_PCC_DOCUMENT = "1.3.6.1.4.1.19376.1.5.3.1.1.1"
T_IHE_PRE = "1.3.6.1.4.1.19376.1.9.1.1.1"
T_EP_MED_DM = "1.2.250.1.213.1.1.1.39"
T_IHE_DIS = "1.3.6.1.4.1.19376.1.9.1.1.3"
T_PCC_IMMUNIZATION = "1.3.6.1.4.1.19376.1.5.3.1.1.18.1.2"
T_VSM = "1.2.250.1.213.1.1.1.13"
T_LDL_EES = "1.2.250.1.213.1.1.1.21"
T_LDL_SES = "1.2.250.1.213.1.1.1.29"
T_VAC = "1.2.250.1.213.1.1.1.37"
T_CR_IMG = "1.2.250.1.213.1.1.1.45"
T_VAC_NOTE = "1.2.250.1.213.1.1.1.46"
T_DA_IMG = "1.2.250.1.213.1.1.1.47"
T_IPS_FR = "1.2.250.1.213.1.1.1.51"
T_EDISP = "1.2.250.1.213.1.1.1.54"
T_CR_BIO = "1.2.250.1.213.1.1.1.55"
T_TROD = "1.2.250.1.213.1.1.1.59"

# Sections
T_S_BARCODE = "1.2.250.1.213.1.1.2.223"
T_S_DRUGS_IHE = "1.3.6.1.4.1.19376.1.9.1.2.1"
T_S_DRUGS = "1.2.250.1.213.1.1.2.171"
T_S_DEVICES = "1.2.250.1.213.1.1.2.222"
T_S_COMMENT = "1.2.250.1.213.1.1.2.73"
T_S_VITAL_SIGNS = "1.2.250.1.213.1.1.2.75"
T_S_PREGNANCIES = "1.2.250.1.213.1.1.2.77"
T_S_PDF_COPY = "1.2.250.1.213.1.1.2.243"

# Entries
T_E_BARCODE = ("2.16.840.1.113883.10.12.304", "1.2.250.1.213.1.1.3.103")
T_E_ATTACHED = "1.2.250.1.213.1.1.3.18"
T_E_TREATMENT_FR = "1.2.250.1.213.1.1.3.83"
T_E_TREATMENT_NORMAL = "1.3.6.1.4.1.19376.1.5.3.1.4.7.1"
T_E_TREATMENT = (
    "2.16.840.1.113883.10.20.1.24",
    "1.3.6.1.4.1.19376.1.5.3.1.4.7",
    "1.3.6.1.4.1.19376.1.9.1.3.2",
    T_E_TREATMENT_FR,
    T_E_TREATMENT_NORMAL,
)
T_E_PRODUCT = ("2.16.840.1.113883.10.20.1.53", "1.3.6.1.4.1.19376.1.5.3.1.4.7.2", "1.2.250.1.213.1.1.3.43")
T_E_MATERIAL = "1.3.6.1.4.1.19376.1.9.1.3.1"
T_E_PATIENT_NOTE = ("2.16.840.1.113883.10.20.1.49", "1.3.6.1.4.1.19376.1.5.3.1.4.3", "1.2.250.1.213.1.1.3.33")
T_E_DISPENSER_NOTE = ("2.16.840.1.113883.10.20.1.43", "1.3.6.1.4.1.19376.1.5.3.1.4.3.1", "1.2.250.1.213.1.1.3.34")
T_E_QUANTITY_FR = "1.2.250.1.213.1.1.3.86"
T_E_QUANTITY = ("1.3.6.1.4.1.19376.1.9.1.3.8", T_E_QUANTITY_FR)
T_E_SUBSTITUTION_FR = "1.2.250.1.213.1.1.3.87"
T_E_SUBSTITUTION = ("1.3.6.1.4.1.19376.1.9.1.3.9.1", T_E_SUBSTITUTION_FR)
T_E_OBSERVATION_FR = "1.2.250.1.213.1.1.3.48"
T_E_OBSERVATION = ("1.3.6.1.4.1.19376.1.5.3.1.4.13", T_E_OBSERVATION_FR)
T_E_ATTACHED_TYPE = f"{T_E_OBSERVATION_FR}.18"

# XDS: objects
U_STABLE_DOCUMENT = "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"
U_SUBMISSION_SET = "urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"

# XDS: submission set
U_SET_AUTHOR = "urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d"
U_SET_CONTENT_TYPE = "urn:uuid:aa543740-bdda-424e-8c96-df4873be8500"
U_SET_PATIENT_ID = "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446"
U_SET_SOURCE_ID = "urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832"
U_SET_UNIQUE_ID = "urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8"

# XDS: document entry
U_DOC_AUTHOR = "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d"
U_DOC_CLASS = "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a"
U_DOC_CONFIDENTIALITY = "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f"
U_DOC_EVENT = "urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4"
U_DOC_FORMAT = "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d"
U_DOC_FACILITY = "urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1"
U_DOC_PRACTICE = "urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead"
U_DOC_TYPE = "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983"
U_DOC_PATIENT_ID = "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427"
U_DOC_UNIQUE_ID = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"

# ebRIM
RIM_OBJECT = "urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:"
ASSOCIATION_HAS_MEMBER = "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"
ASSOCIATION_REPLACES = "urn:ihe:iti:2007:AssociationType:RPLC"
ASSOCIATION_SIGNS = "urn:ihe:iti:2007:AssociationType:signs"
STATUS_APPROVED = "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"
