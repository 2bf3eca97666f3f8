"""What the examples share: the ready-file, an HTTP client that trusts the sandbox, the control API.

Your own software has these values in its settings; nothing else here is needed to talk to the services.
"""

import json
import os
import ssl
from pathlib import Path

import httpx

READY = json.loads(Path(os.environ.get("LGO_SANDBOX_READY", ".lgo-sandbox/ready.json")).read_text(encoding="utf-8"))


def tls(certificate: str = "") -> ssl.SSLContext:
    """Trust the sandbox's authority, and show a certificate of the ready-file if one is named."""
    context = ssl.create_default_context(cafile=READY["ca"])
    if certificate:
        files = READY["certificates"][certificate]
        context.load_cert_chain(files["cert"], files["key"])
    return context


def http(certificate: str = "") -> httpx.Client:
    """Return an HTTP client for the services."""
    return httpx.Client(verify=tls(certificate), trust_env=False, timeout=30.0)


def control(method: str, path: str, body: object = None) -> httpx.Response:
    """Call the control API of the session that the ready-file is about."""
    url = f"{READY['control']}/_sandbox/v1/sessions/{READY['session']}{path}"
    if path.startswith(("/psc/", "/mss/", "/dmp/", "/eprescription/", "/insi/", "/apcv/")):
        url = f"{READY['control']}/_sandbox/v1{path}?session={READY['session']}"
    return httpx.request(method, url, json=body, trust_env=False, timeout=30.0).raise_for_status()
