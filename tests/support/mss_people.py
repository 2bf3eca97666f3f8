"""The mailboxes that tests of the mail operator write to and read, and a right mail from one to another."""

from __future__ import annotations

__all__ = [
    "ADJOINT",
    "APPLICATION",
    "CITIZEN",
    "CLOSED_CITIZEN",
    "GENERALISTE",
    "MAIL",
    "OFFICINE",
    "TITULAIRE",
]

TITULAIRE = "helene.valmont@pharmacien.mssante.fr"
GENERALISTE = "isabelle.delorme@medecin.mssante.fr"
ADJOINT = "thomas.castelnau@pharmacien.mssante.fr"
OFFICINE = "contact@pharmacie-fontaine.mssante.fr"
APPLICATION = "contact_auto@pharmacie-fontaine.mssante.fr"
CITIZEN = "256036330091838@patient.mssante.fr"
CLOSED_CITIZEN = "155128002194517@patient.mssante.fr"

MAIL = (
    b"From: Mme Helene VALMONT - Pharmacie de la Fontaine <helene.valmont@pharmacien.mssante.fr>\r\n"
    b"To: isabelle.delorme@medecin.mssante.fr\r\n"
    b"Subject: Bonjour\r\n"
    b"Date: Mon, 05 Jan 2026 11:00:00 +0100\r\n"
    b"Message-ID: <un@pharmacien.mssante.fr>\r\n"
    b"X-MSS-NIL: SBX-LGO-000001\r\n"
    b"MIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"\r\n"
    b"Bonjour docteur.\r\n"
)
