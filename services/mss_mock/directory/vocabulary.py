"""What generated professionals and structures are made of: professions, kinds of structure, communes, words. Data only.

Source: own choice; codes of professions, sections, sectors, categories: docs/sources/annuaire.md (high where the guide
prints them, medium elsewhere). Communes, their postal codes and COG codes are public geography; streets and names are
invented. Lengths matter: cycles of different lengths that share no divisor never repeat together (see ``crowd``).
"""

from __future__ import annotations

from dataclasses import dataclass

from lgo_sandbox.population.crowd_names import FIRST_NAMES, NAME_ENDS, NAME_STARTS

__all__ = [
    "CLASSES",
    "COMMUNES",
    "FAMILIES",
    "GIVEN",
    "KINDS",
    "NAMES",
    "REGIONS",
    "STREETS",
    "Commune",
    "Given",
    "Kind",
    "Trade",
]


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade as so many of 101 professionals have it: where, under which codes, with which mail domain.

    ``profession`` is G15 (empty: none), ``skill`` R38, ``section`` R06, ``mode`` R23, ``function`` R21, ``care_role``
    R85, ``kind`` a kind of structure.
    """

    label: str
    share: int
    profession: str
    kind: str
    mode: str
    domain: str
    skill: str = ""
    skill_label: str = ""
    section: str = ""
    function: str = ""
    care_role: str = ""
    diploma: str = ""
    title: str = ""


CLASSES = (
    Trade("Médecin", 13, "10", "cabinet", "L", "medecin", "SM26", "Qualifié en Médecine Générale (SM)",
          function="FON-AU", diploma="DE28", title="DR"),
    Trade("Médecin", 6, "10", "hopital", "S", "medecin", "SM04", "Cardiologie et maladies vasculaires (SM)",
          diploma="DE28", title="DR"),
    Trade("Médecin", 2, "10", "hopital", "S", "medecin", "SM41", "Pneumologie (SM)", diploma="DE28", title="DR"),
    Trade("Médecin", 1, "10", "clinique", "B", "medecin", "SM16", "Endocrinologie et métabolisme (SM)",
          diploma="DE28", title="DR"),
    Trade("Médecin", 1, "10", "imagerie", "L", "medecin", "SM44", "Radio-diagnostic (SM)", diploma="DE28", title="DR"),
    Trade("Médecin", 1, "10", "centre", "S", "medecin", "SM26", "Qualifié en Médecine Générale (SM)",
          diploma="DE28", title="DR"),
    Trade("Médecin", 1, "10", "laboratoire", "S", "medecin", "SM03", "Biologie médicale (SM)",
          diploma="DE28", title="DR"),
    Trade("Pharmacien", 10, "21", "officine", "L", "pharmacien", section="A", function="FON-AU",
          diploma="DE01", title="DR"),
    Trade("Pharmacien", 7, "21", "officine", "S", "pharmacien", section="D", diploma="DE01", title="DR"),
    Trade("Pharmacien", 1, "21", "hopital", "S", "pharmacien", section="H", diploma="DE01", title="DR"),
    Trade("Pharmacien", 2, "21", "laboratoire", "S", "pharmacien", section="G", diploma="DE01", title="DR"),
    Trade("Préparateur en pharmacie", 5, "39", "officine", "S", "sante"),
    Trade("Infirmier", 13, "60", "cabinet", "L", "infirmier", diploma="DE09"),
    Trade("Infirmier", 12, "60", "hopital", "S", "infirmier", diploma="DE09"),
    Trade("Infirmier", 4, "60", "ehpad", "S", "infirmier", diploma="DE09"),
    Trade("Chirurgien-Dentiste", 4, "40", "cabinet", "L", "dentiste", diploma="DE04", title="DR"),
    Trade("Sage-Femme", 2, "50", "hopital", "S", "sage-femme", diploma="DE05"),
    Trade("Masseur-Kinésithérapeute", 8, "70", "cabinet", "L", "masseur-kinesitherapeute", diploma="DE10"),
    Trade("Orthophoniste", 2, "91", "cabinet", "L", "orthophoniste"),
    Trade("Pédicure-Podologue", 1, "80", "cabinet", "L", "pedicure-podologue", diploma="DE11"),
    Trade("Psychologue", 1, "93", "centre", "S", "sante"),
    Trade("Auxiliaire de vie sociale", 3, "", "ehpad", "S", "sante", care_role="318"),
    Trade("Secrétaire médical", 1, "", "centre", "S", "sante", care_role="312"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of structure, and how many of 30 000 are of it.

    ``source`` is the information system it comes from; ``legal``: an *entité juridique*; ``parent`` the kind of its own
    one. ``sector`` is R02, ``category`` R66, ``status`` R72, ``public`` R73, ``naf`` R75.
    """

    key: str
    share: int
    word: str
    source: str
    sector: str
    sector_label: str
    category: str = ""
    status: str = ""
    public: str = ""
    naf: str = ""
    legal: bool = False
    parent: str = ""
    domain: str = "sante"


_SITE, _BODY = "FINESS", "RPPS"
KINDS = (
    Kind("officine", 8850, "PHARMACIE", _SITE, "SA33", "Pharmacie d'officine", "620", naf="47.73Z", domain="officine"),
    Kind("miniere", 50, "PHARMACIE", _SITE, "SA38", "Pharmacie minière", "620", naf="47.73Z", domain="officine"),
    Kind("mutualiste", 60, "PHARMACIE MUTUALISTE", _SITE, "SA39", "Pharmacie mutualiste", "620", naf="47.73Z",
         domain="officine"),
    Kind("propharmacie", 40, "PROPHARMACIE", _SITE, "SA65", "Propharmacie", "628", domain="officine"),
    Kind("cabinet", 10000, "CABINET", _BODY, "SA07", "Cabinet individuel", naf="86.21Z", domain="cabinet"),
    Kind("imagerie", 1000, "CENTRE D'IMAGERIE", _BODY, "SA08", "Cabinet de groupe", naf="86.22A", domain="imagerie"),
    Kind("hopital", 1500, "CENTRE HOSPITALIER", _SITE, "SA01", "Etablissement public de santé", "355", public="1",
         naf="86.10Z", parent="hopital-ej", domain="hopital"),
    Kind("chr", 30, "CENTRE HOSPITALIER REGIONAL", _SITE, "SA01", "Etablissement public de santé", "101", public="1",
         naf="86.10Z", parent="hopital-ej", domain="hopital"),
    Kind("militaire", 10, "HOPITAL D'INSTRUCTION DES ARMEES", _SITE, "SA02",
         "Hôpital militaire du Service de santé des armées", "365", naf="86.10Z", domain="hopital"),
    Kind("clinique", 500, "CLINIQUE", _SITE, "SA04", "Etablissement privé non PSPH", "365", naf="86.10Z",
         domain="hopital"),
    Kind("laboratoire", 1900, "LABORATOIRE", _SITE, "SA25", "Laboratoire d'analyse de biologie médicale", "611",
         naf="86.90B", domain="laboratoire"),
    Kind("laboratoire-central", 500, "LABORATOIRE CENTRAL", _SITE, "SA29", "Laboratoire de biologie", "611",
         naf="86.90B", domain="laboratoire"),
    Kind("centre", 1500, "CENTRE DE SANTE", _SITE, "SA05", "Centre de santé", "124", naf="86.21Z", domain="centre"),
    Kind("ehpad", 2560, "RESIDENCE", _SITE, "SA17", "Etablissement d'hébergement pour personnes âgées", "500",
         naf="87.10A", parent="ehpad-ej", domain="ehpad"),
    Kind("ssiad", 300, "SERVICE D'AIDE", _SITE, "SA16", "Etablissement pour handicapés", "182", naf="88.10B",
         parent="ehpad-ej", domain="ehpad"),
    Kind("hopital-ej", 600, "ETABLISSEMENT PUBLIC DE SANTE", _SITE, "SA01", "Etablissement public de santé",
         status="13", naf="86.10Z", legal=True, domain="hopital"),
    Kind("ehpad-ej", 600, "ASSOCIATION", _SITE, "SA17", "Etablissement d'hébergement pour personnes âgées", status="60",
         naf="87.10A", legal=True, domain="ehpad"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """A given name with its civility, and how an address writes it."""

    name: str
    civility: str
    local: str


def _given() -> tuple[Given, ...]:
    """Return 127 given names, a few of them twice: their second bearers have an address by initial."""
    men, women = sorted(set(FIRST_NAMES["M"])), sorted(set(FIRST_NAMES["F"]) - set(FIRST_NAMES["M"]))
    twice = ("MARIE", "PIERRE", "SOPHIE", "JEAN", "CLAIRE", "LOUIS", "ANNE")
    once = [Given(name, civility, name.lower()) for civility, names in (("M", men), ("MME", women)) for name in names]
    again = [Given(name, "M" if name in men else "MME", name[0].lower()) for name in twice]
    again = list({one.local: one for one in again}.values())
    return (*once[: 127 - len(again)], *again)


GIVEN = _given()
FAMILIES = tuple(NAME_STARTS[at * 7 % 30] + NAME_ENDS[(at // 30 + at) % 30] for at in range(900))
"""900 family names: 30 starts, 30 ends; neighbours do not resemble each other."""


def _parts(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


NAMES = _parts(
    "DU MARCHE|DES LILAS|DE LA FONTAINE|DU MOULIN|DES ERABLES|DU PARC|DE LA GARE|DES HALLES|DU PONT|SAINT MARTIN|"
    "DES TILLEULS|DE LA MAIRIE|DU SOLEIL|DES ARCADES|DU VIEUX PORT|DE LA CROIX|DES REMPARTS|DU LAC|PASTEUR|"
    "DES CHENES|DE L'EGLISE|DU CENTRE|DES JARDINS|DE LA PLAINE|DU CHATEAU|DES CORDELIERS|DE LA PAIX|DU BEFFROI|"
    "DES MIMOSAS|DE LA VALLEE|DU STADE|DES PEUPLIERS|DE LA TOUR|DU BOURG|DES ACACIAS|DE L'EUROPE|DU RUISSEAU|"
    "DES ROSES|DE LA COLLINE|DU THEATRE|DES GLYCINES|SAINT MICHEL|DE L'AVENIR"
)
"""43 names of structures, which follow their kind."""

REGIONS = _parts("aura|bfc|bretagne|cvl|corse|grandest|hdf|idf|normandie|na|occitanie|pdl|paca")
"""Thirteen regional domains."""

STREETS = (
    ("PL", "PLACE", "DE LA REPUBLIQUE"), ("R", "RUE", "DES LILAS"), ("AV", "AVENUE", "DE LA GARE"),
    ("BD", "BOULEVARD", "DES ERABLES"), ("R", "RUE", "DU MOULIN"), ("CHE", "CHEMIN", "DES VIGNES"),
    ("R", "RUE", "PASTEUR"), ("AV", "AVENUE", "DU PARC"), ("QU", "QUAI", "DES TANNEURS"), ("R", "RUE", "DE L'EGLISE"),
    ("IMP", "IMPASSE", "DU PRESSOIR"), ("R", "RUE", "DES ECOLES"), ("RTE", "ROUTE", "DE LA FORET"),
)  # fmt: skip
"""Thirteen streets: code and label of the kind (R35), and name."""


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune: COG code, postal code, name."""

    cog: str
    postal_code: str
    name: str

    @property
    def department(self) -> str:
        """The number of its department."""
        return self.cog[: 3 if self.cog.startswith("97") else 2]


def _communes(text: str) -> tuple[Commune, ...]:
    return tuple(Commune(*line.strip().split(" ", 2)) for line in text.strip().splitlines())


COMMUNES = _communes("""
    75116 75016 PARIS
    78646 78000 VERSAILLES
    01053 01000 BOURG EN BRESSE
    02408 02000 LAON
    03190 03000 MOULINS
    04070 04000 DIGNE LES BAINS
    05061 05000 GAP
    06088 06000 NICE
    07186 07000 PRIVAS
    08105 08000 CHARLEVILLE MEZIERES
    09122 09000 FOIX
    10387 10000 TROYES
    11069 11000 CARCASSONNE
    12202 12000 RODEZ
    13201 13001 MARSEILLE
    14118 14000 CAEN
    15014 15000 AURILLAC
    16015 16000 ANGOULEME
    17300 17000 LA ROCHELLE
    18033 18000 BOURGES
    19272 19000 TULLE
    21231 21000 DIJON
    22278 22000 SAINT BRIEUC
    23096 23000 GUERET
    24322 24000 PERIGUEUX
    25056 25000 BESANCON
    26362 26000 VALENCE
    27229 27000 EVREUX
    28085 28000 CHARTRES
    29232 29000 QUIMPER
    2A004 20000 AJACCIO
    2B033 20200 BASTIA
    30189 30000 NIMES
    31555 31000 TOULOUSE
    32013 32000 AUCH
    33063 33000 BORDEAUX
    34172 34000 MONTPELLIER
    35238 35000 RENNES
    36044 36000 CHATEAUROUX
    37261 37000 TOURS
    38185 38000 GRENOBLE
    39300 39000 LONS LE SAUNIER
    40192 40000 MONT DE MARSAN
    41018 41000 BLOIS
    42218 42000 SAINT ETIENNE
    43157 43000 LE PUY EN VELAY
    44109 44000 NANTES
    45234 45000 ORLEANS
    46042 46000 CAHORS
    47001 47000 AGEN
    48095 48000 MENDE
    49007 49000 ANGERS
    50502 50000 SAINT LO
    51108 51000 CHALONS EN CHAMPAGNE
    52121 52000 CHAUMONT
    53130 53000 LAVAL
    54395 54000 NANCY
    55029 55000 BAR LE DUC
    56260 56000 VANNES
    57463 57000 METZ
    58194 58000 NEVERS
    59350 59000 LILLE
    60057 60000 BEAUVAIS
    61001 61000 ALENCON
    62041 62000 ARRAS
    63113 63000 CLERMONT FERRAND
    64445 64000 PAU
    65440 65000 TARBES
    66136 66000 PERPIGNAN
    67482 67000 STRASBOURG
    68066 68000 COLMAR
    69381 69001 LYON
    70550 70000 VESOUL
    71270 71000 MACON
    72181 72000 LE MANS
    73065 73000 CHAMBERY
    74010 74000 ANNECY
    76540 76000 ROUEN
    77288 77000 MELUN
    79191 79000 NIORT
    80021 80000 AMIENS
    81004 81000 ALBI
    82121 82000 MONTAUBAN
    83137 83000 TOULON
    84007 84000 AVIGNON
    85191 85000 LA ROCHE SUR YON
    86194 86000 POITIERS
    87085 87000 LIMOGES
    88160 88000 EPINAL
    89024 89000 AUXERRE
    90010 90000 BELFORT
    91228 91000 EVRY COURCOURONNES
    92050 92000 NANTERRE
    93008 93000 BOBIGNY
    94028 94000 CRETEIL
    95127 95000 CERGY
    97411 97400 SAINT DENIS
""")
"""Ninety-seven communes."""
