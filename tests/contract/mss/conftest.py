"""The operator of the wire tests, for third-party clients."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

_spec = spec_from_file_location("mss_wire_fixtures", Path(__file__).parents[2] / "wire" / "mss" / "conftest.py")
assert _spec is not None
assert _spec.loader is not None
_module = module_from_spec(_spec)
sys.modules[_spec.name] = _module
_spec.loader.exec_module(_module)

operator, tenant, mss = _module.operator, _module.tenant, _module.mss
