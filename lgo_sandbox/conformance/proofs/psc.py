"""What proves the requirements on Pro Santé Connect: means that were seen, time that passed, whole log-ins.

Source: docs/sources/requirements.md#psc.
"""

from __future__ import annotations

from lgo_sandbox.conformance.proofs.model import Proof, kept

__all__ = ["PSC"]

LOGIN = kept("PSC-FLUX-01", what="une connexion entière, jusqu'à userinfo")
EIDAS = kept("PSC-AUTHZ-01", what="une demande d'autorisation avec acr_values=eidas1")

PSC = {
    "PSC.01": Proof(
        parts=(LOGIN, kept("PSC-SES-01", what="une déconnexion, puis une reconnexion qui authentifie de nouveau")),
        rest="Les écrans du mode de connexion choisi se filment.",
    ),
    "PSC.08": Proof(parts=(EIDAS,)),
    "PSC.10": Proof(parts=(kept("PSC-API-03", what="les trois API appelées, chacune avec son jeton échangé"),)),
    "EXI-PSC-08": Proof(parts=(LOGIN,)),
    "EXI-PSC-09": Proof(parts=(LOGIN,)),
    "EXI-PSC-10": Proof(parts=(LOGIN,)),
    "EXI-PSC-11": Proof(
        parts=(kept("PSC-TOK-10", what="une session prolongée par le jeton de rafraîchissement"),),
    ),
    "EXI-PSC-15": Proof(parts=(LOGIN,)),
    "EXI-PSC-16": Proof(parts=(EIDAS,)),
    "EXI-PSC-20": Proof(
        parts=(kept("PSC-SES-01", what="une déconnexion, puis une reconnexion qui authentifie de nouveau"),)
    ),
    "EXI-PSC-24": Proof(
        parts=(kept("PSC-TOK-02", what="un appel en TLS sous un certificat d'organisation IGC-Santé, valide"),)
    ),
    "EXI-PSC-32": Proof(
        parts=(kept("PSC-SES-06", what="une inactivité marquée, puis un retour sans nouvelle authentification"),)
    ),
    "EXI-RIE-PS-13": Proof(
        parts=(kept("PSC-SES-07", what="une session Pro Santé Connect finie par le temps, puis une reconnexion"),)
    ),
}
