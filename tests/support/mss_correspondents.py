"""The correspondents of a session of the operator, through their control resource."""

from __future__ import annotations

import inspect
from typing import Any

from lgo_sandbox.contract import Refusal, ResourceRequest
from mss_mock.correspondents.resources import handle_correspondents
from support.mss_operator import MailTenant

__all__ = ["call", "refusal"]


def call(tenant: MailTenant, tail: str = "", body: Any = None) -> Any:
    """Call the resource: POST with a body, else GET."""
    request = ResourceRequest("GET" if body is None else "POST", tail, {}, body)
    sandbox = tenant.runner.launcher.sandbox

    async def answer() -> Any:
        said = handle_correspondents(sandbox, tenant.session, request)
        return await said if inspect.isawaitable(said) else said

    return tenant.runner.wait(answer())


def refusal(tenant: MailTenant, tail: str, body: Any) -> tuple[int, str]:
    """Call the resource, which must refuse; return the status and what is said."""
    try:
        call(tenant, tail, body)
    except Refusal as refused:
        return refused.status, str(refused)
    raise AssertionError(f"{tail} took {body}")
