"""What the control API offers of Pro Santé Connect's faults, as the pytest plugin calls it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lgo_sandbox.run.pytest_plugin import ControlRefused, SandboxServer, SandboxSession
from psc_mock.domain.mutations import MUTATIONS


@pytest.fixture(scope="module")
def controlled(lgo_sandbox: SandboxServer) -> Iterator[SandboxSession]:
    """A session without doors of its own: nobody calls them here."""
    ready = lgo_sandbox.control("POST", "/sessions", {})
    yield SandboxSession(ready["session"], ready, lgo_sandbox)
    lgo_sandbox.control("DELETE", f"/sessions/{ready['session']}")


def test_faults_are_listed_with_their_operation_and_armed_by_name(controlled: SandboxSession) -> None:
    listed = controlled.server.control("GET", "/services/psc")["faults"]
    assert [fault["name"] for fault in listed] == [one.name for one in MUTATIONS]
    armed = controlled.arm("named", "nonce-wrong", service="psc", client="lgo-demo", times=2)
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
def test_a_named_fault_that_nobody_declares_is_refused(controlled: SandboxSession, where: dict[str, str]) -> None:
    with pytest.raises(ControlRefused):
        controlled.arm("named", **where)


def test_a_number_is_wanted_for_a_delay(controlled: SandboxSession) -> None:
    with pytest.raises(ControlRefused):
        controlled.arm("delay", "longtemps", service="psc")
