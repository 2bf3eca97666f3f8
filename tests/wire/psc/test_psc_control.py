"""What the control API offers of Pro Santé Connect's faults, as the pytest plugin calls it."""

from __future__ import annotations

import pytest

from lgo_sandbox.run.pytest_plugin import ControlRefused, SandboxSession
from psc_mock.domain.mutations import MUTATIONS


def test_faults_are_listed_with_their_operation_and_armed_by_name(sandbox_session: SandboxSession) -> None:
    listed = sandbox_session.server.control("GET", "/services/psc")["faults"]
    assert [fault["name"] for fault in listed] == [one.name for one in MUTATIONS]
    armed = sandbox_session.arm("named", "nonce-wrong", service="psc", client="lgo-demo", times=2)
    assert (armed["value"], armed["operation"], armed["remaining"]) == ("nonce-wrong", "token", 2)


@pytest.mark.parametrize(
    "where",
    [
        {"value": "inconnue", "service": "psc"},
        {"value": "nonce-wrong", "service": "insi"},
        {"value": "nonce-wrong", "service": "psc", "operation": "userinfo"},
        {"value": "nonce-wrong", "service": "*"},
    ],
)
def test_a_named_fault_that_nobody_declares_is_refused(sandbox_session: SandboxSession, where: dict[str, str]) -> None:
    value = where.pop("value")
    with pytest.raises(ControlRefused):
        sandbox_session.arm("named", value, **where)


def test_a_number_is_wanted_for_a_delay(sandbox_session: SandboxSession) -> None:
    with pytest.raises(ControlRefused):
        sandbox_session.arm("delay", "longtemps", service="psc")
