"""A mail to a citizen carries his INS in its address: markers say whether it may leave."""

from __future__ import annotations

from support.mss_operator import MailTenant
from support.mss_people import CITIZEN, MAIL, TITULAIRE

from lgo_sandbox.watch.ins_flows import InsFlow
from lgo_sandbox.watch.markers import Marker, dated


def _findings(tenant: MailTenant) -> set[str]:
    return {finding.check_id for finding in tenant.exchanges("smtp-message")[-1].findings}


def test_a_mail_to_a_citizen_not_qualified_is_reproached_and_still_delivered(tenant: MailTenant) -> None:
    subject = CITIZEN.partition("@")[0]
    tenant.do(lambda s: s.markers.put(Marker(dated(s.clock.age()), "identité validée", subject)))
    with tenant.smtp() as client:
        client.sendmail(TITULAIRE, [CITIZEN], MAIL)
    assert "MSS-INS-STATUS" in _findings(tenant)
    assert len(tenant.inbox(CITIZEN)) == 1
    tenant.do(lambda s: s.markers.put(Marker(dated(s.clock.age()), "identité qualifiée", subject)))
    with tenant.smtp() as client:
        client.sendmail(TITULAIRE, [CITIZEN], MAIL)
    assert "MSS-INS-STATUS" not in _findings(tenant)
    flow = tenant.exchanges("smtp-message")[-1].noted.get(InsFlow)
    assert (flow.matricules, flow.partners) == ((subject,), (CITIZEN,))
