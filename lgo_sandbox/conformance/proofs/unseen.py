"""What no traffic decides, though part of it may be staged here: requirement id → why, in French.

Source: docs/sources/requirements.md; that a demand cannot be seen is our own reading. A requirement stands here or is
cited by a check, never both. Knows no service.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["UNSEEN"]

UNSEEN: Mapping[str, str] = MappingProxyType(
    {
        "LGO.MSS.07": "les adresses réelles de l'opérateur Mailiz ne s'appellent pas d'ici",
        "MSS/va1.14": "l'opérateur rend l'accusé demandé (NOTIFY=SUCCESS) ; qu'il soit montré se filme",
        "MSS/CONF.08": "les pannes de l'opérateur se montent ici ; que le reste du logiciel continue se filme",
        "MSS/CONF.17": "les traces sont dans le logiciel ; le journal du bac à sable sert à les comparer",
        "MSS/CONF.18": "les traces sont dans le logiciel ; le journal du bac à sable sert à les comparer",
        "MSS/CONF.24": "METADATA.XML est lu dans le logiciel ; celui qu'il envoie est comparé au CDA (MSS-SAME-…)",
        "MSS/UX.01": "la marque dans la boîte est à l'écran ; un courriel à archive XDM s'envoie d'une boîte à l'autre",
        "MSS/UX.39": "l'import dans le dossier est au logiciel ; aucun échange ne le montre",
        "MSS/UX.02": "le rapprochement des traits se fait dans le logiciel ; aucun échange ne le montre",
        "MSS/UX.05": "l'avertissement est à l'écran ; aucun échange ne le montre",
        "MSS/UX.07": "le classement se fait dans le logiciel ; aucun échange ne le montre",
        "MSS/UX.25": "la distinction est à l'écran",
        "MSS/UX.28": "l'objet affiché se regarde ; celui des envois est jugé par MSS/CONF.25",
        "MSS/UX.31": "les traits affichés se regardent",
        "DMP/UX.10": "la panne « delay » de 3000 monte la lenteur ; que l'écran reste utilisable se filme",
        "DMP/UX.11": "le statut de l'INS est tenu par le logiciel ; son affichage sans clic se filme",
        "DMP/UX.17": "les types annoncés et leur compte sont à l'écran ; ce qui les fait naître se monte ici",
        "DMP/UX.31": "choisir plusieurs documents se fait à l'écran ; un ou plusieurs TD3.2 en sont la suite",
        "DMP/UX.34": "la durée de garde est dans le logiciel ; aucun appel ne la dit",
        "DMP/UX.44": "les règles de conservation sont dans le logiciel ; aucun appel ne les dit",
        "SC.DOC.07": "l'affichage se regarde ; le bac à sable rend des CDA N1 et N3",
        "DOC/va1.06": "le demandeur n'écrit pas à l'officine ; les destinataires sont jugés par LGO.DOC.04",
        "DOC/va1.11": "le volet de synthèse est écrit par le médecin traitant",
        "VACC/NOTE.04": "la boîte se lit au comptoir ; le réseau ne montre que la note qui en naît",
        "VACC/HISTO.03": "l'import dans le dossier est au logiciel ; l'historique se lit ici par TD3.1 et TD3.2",
        "CDA/VISU.01": "l'affichage et la feuille de style se regardent ; le bac à sable rend des CDA N1 et N3",
        "CDA/INT.04": "le tri par type et par date est à l'écran",
        "CDA/INT.17": "l'origine affichée est à l'écran",
    }
)
