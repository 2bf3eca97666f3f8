"""A tenant as the pytest plugin gives it, through the control API, without the certificates that a session may have.

A session of the plugin has some forty certificates of its own: most tests need none of them.
"""

from __future__ import annotations

from lgo_sandbox.run.pytest_plugin import SandboxServer, SandboxSession
from support.tenants import Tenant

__all__ = ["session_of"]


def session_of(tenant: Tenant) -> SandboxSession:
    """Return a tenant as a session of the plugin; ``ready`` has its doors and the authority that they show."""
    launcher = tenant.runner.launcher
    addresses = launcher.addresses_of(tenant.name)
    services = {door: {"http": addresses.plain[door], "https": addresses.tls[door]} for door in addresses.tls}
    ready = {"services": services, "ca": str(launcher.sandbox.pki.ca_bundle)}
    return SandboxSession(tenant.name, ready, SandboxServer(addresses.control))
