"""Authorisations of the DMP by script: what the client writes, and what it makes of answers."""

from __future__ import annotations

import pytest
from lxml import etree

from lgo_client.dmp.authorisations import (
    AuthorisedDmp,
    Professional,
    dmps_of,
    done,
    list_dmps,
    professionals_of,
    set_authorisation,
)
from lgo_client.soap import SoapRefused


def _output(body: str, status: str = "DMPOk", namespace: str = "urn:si-dmp-habilitations") -> etree._Element:
    told = f"<a:status>{status}</a:status><a:context>non</a:context>"
    return etree.fromstring(f'<a:r xmlns:a="{namespace}"><a:output>{body}{told}</a:output></a:r>')


def test_a_role_is_written_for_a_doctor_alone() -> None:
    assert "<role>MEDECIN_TRAITANT</role>" in set_authorisation("AJOUT", doctor_in_charge=True)
    assert "role" not in set_authorisation("AJOUT")


def test_the_date_kind_has_its_odd_spelling() -> None:
    assert "<dateType>LASTAUTORIZATION</dateType>" in list_dmps("20260101000000")
    assert "<dateType>LASTDOC</dateType>" in list_dmps("20260101000000", by_document=True)


def test_another_status_than_dmpok_is_a_refusal() -> None:
    assert done(_output("")) == "non"
    with pytest.raises(SoapRefused) as refused:
        done(_output("", "DMPKo"))
    assert (refused.value.code, refused.value.reason) == ("DMPKo", "non")


def test_an_answer_without_output_is_a_refusal() -> None:
    with pytest.raises(SoapRefused):
        done(etree.fromstring("<r/>"))


def test_a_professional_is_read_with_his_role() -> None:
    line = (
        "<a:listOfAuthorizationByPatient><a:nationalId>8</a:nationalId><a:firstName>A</a:firstName><a:lastName>B"
        "</a:lastName><a:libSpeciality>Médecin</a:libSpeciality><a:mode>ACTIVE</a:mode>"
        "<a:specificRight>MEDECIN_TRAITANT</a:specificRight></a:listOfAuthorizationByPatient>"
    )
    assert professionals_of(_output(line)) == [Professional("8", "A B", "Médecin", "", "", "ACTIVE", True)]


def test_a_dmp_is_read_by_the_ins_and_not_by_the_ins_c() -> None:
    ids = (
        "<a:patientIdentifier><a:nationalId>1</a:nationalId><a:nationalIdType>1.2.250.1.213.1.4.2</a:nationalIdType>"
        "</a:patientIdentifier><a:patientIdentifier><a:nationalId>2</a:nationalId>"
        "<a:nationalIdType>1.2.250.1.213.1.4.8</a:nationalIdType></a:patientIdentifier>"
    )
    line = f"<a:patientlistData>{ids}<a:lastAddDate>3</a:lastAddDate></a:patientlistData>"
    assert dmps_of(_output(line, namespace="urn:si-dmp-patients")) == [
        AuthorisedDmp("2", "1.2.250.1.213.1.4.8", "3", "", "")
    ]
