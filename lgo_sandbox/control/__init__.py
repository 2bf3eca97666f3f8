"""The control API: everything that a test, the console or the command line may ask of a running sandbox.

Its application is imported when it is made: many runs never ask it, or late. Source: design of the project (Control
API). Knows services by their contract only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from lgo_sandbox.sandbox import Listeners

__all__ = ["create_app"]


def create_app(launcher: Listeners) -> FastAPI:
    """Return the ASGI application of the control port of a launcher."""
    from lgo_sandbox.control.app import create_app as made

    return made(launcher)
