"""``python -m lgo_sandbox.cli``: the same as the ``lgo-sandbox`` command."""

from lgo_sandbox.cli.main import main

if __name__ == "__main__":
    main()
