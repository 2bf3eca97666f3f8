"""The ``lgo-sandbox`` command: start a sandbox, run a program inside one, ask a running one.

Everything heavy is imported by the command that needs it, so that ``--help`` is fast.
"""

from lgo_sandbox.cli.main import main

__all__ = ["main"]
