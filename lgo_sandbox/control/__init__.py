"""The control API: everything that a test, the console or the command line may ask of a running sandbox.

Source: design of the project (Control API). Knows services by their contract only.
"""

from lgo_sandbox.control.app import create_app

__all__ = ["create_app"]
