"""The scripted tests of dovecot/imaptest against the reading door; skipped where the suite is not there.

``imaptest`` on the path is the program, ``LGO_SANDBOX_IMAPTEST`` the folder of its scripts (``src/tests`` of its
sources). It speaks in clear, so that TLS and the login with a certificate are before it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest
from support.mail_gate import clear_port
from support.mss_operator import MailTenant
from support.mss_people import APPLICATION

FOLDER = os.environ.get("LGO_SANDBOX_IMAPTEST", "")


@pytest.mark.skipif(not (FOLDER and shutil.which("imaptest")), reason="imaptest or its scripts are not installed")
def test_the_conformance_suite_finds_nothing(tenant: MailTenant) -> None:
    with clear_port(tenant) as port:
        arguments = [f"user={APPLICATION}", "pass=x", "host=127.0.0.1", f"port={port}", "test=."]
        run = subprocess.run(["imaptest", *arguments], cwd=FOLDER, capture_output=True, text=True, check=False)
    told = run.stdout + run.stderr
    failed = re.findall(r"test groups: ([0-9]+) failed|: ([0-9]+)/[0-9]+ individual commands failed", told)
    assert failed == [("0", ""), ("", "0"), ("", "0")], told
