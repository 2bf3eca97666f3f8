"""The directory read by ``annuaire-sante-fhir``, a client of the real one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from support.mss_operator import MailOperator, MailTenant

if TYPE_CHECKING:
    from annuairesante import AnnuaireSanteClient

annuairesante = pytest.importorskip("annuairesante", reason="annuaire-sante-fhir is not installed")


@pytest.fixture
def client(tenant: MailTenant) -> Iterator[AnnuaireSanteClient]:
    tenant.configure(annuaire_size="0")
    base = f"{tenant.operator.annuaire}/s/{tenant.name}/fhir/v2"
    with annuairesante.AnnuaireSanteClient("cle-annuaire-sandbox", base) as client:
        yield client


def test_it_finds_people_by_name_number_mailbox_and_profession(client: AnnuaireSanteClient) -> None:
    assert len(client.practitioner.search(family="DELORME")) == 1
    assert len(client.practitioner.search(identifier="99700090055")) == 1
    assert len(client.practitioner.search(**{"mailbox-mss:contains": "isabelle.delorme"})) == 1
    assert client.practitioner.search(active=True, **{"qualification-code": "21"}).total > 1
    assert len(client.practitioner.search(_lastUpdated="ge2026-01-01T00:00:00Z", family="DELORME")) == 1


def test_it_walks_through_pages_both_ways(client: AnnuaireSanteClient) -> None:
    found = [one["id"] for one in client.practitioner.search_all(_count=3)]
    assert len(found) == len(set(found)) == client.practitioner.search().total
    first = client.practitioner.search(_count=3)
    assert first.next().previous().entries == first.entries


def test_it_turns_resources_into_its_own_models(client: AnnuaireSanteClient) -> None:
    practitioner = annuairesante.transform_practitioner(client.practitioner.search(family="DELORME").entries[0])
    assert practitioner.identifiers.rpps == "99700090055"
    organization = annuairesante.transform_organization(client.organization.search(type="SA33").entries[0])
    assert organization.identifiers.idnst == "10B0990017"
    role = annuairesante.transform_practitioner_role(client.practitioner_role.search().entries[0])
    assert role.organization_id


def test_its_other_resources_are_empty_and_its_errors_are_its_own(
    client: AnnuaireSanteClient, operator: MailOperator
) -> None:
    assert len(client.healthcare_service.search()) == len(client.device.search()) == 0
    assert client.metadata()["resourceType"] == "CapabilityStatement"
    with pytest.raises(annuairesante.NotFoundError):
        client.practitioner.get("inconnu")
    with pytest.raises(annuairesante.ValidationError):
        client.practitioner.search(**{"mailbox-mss-type": "PER"})
    with (
        annuairesante.AnnuaireSanteClient("autre", f"{operator.annuaire}/fhir/v2") as stranger,
        pytest.raises(annuairesante.AuthenticationError),
    ):
        stranger.practitioner.search()
