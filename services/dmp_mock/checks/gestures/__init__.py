"""What follows a gesture that the tester told by a marker: a document validated or blocked, a record opened, a search.

Without the marker nobody knows of the gesture, and these rules say nothing. Source: docs/sources/dmp.md#gestes.
"""

from typing import Any

from dmp_mock.checks.gestures.access import ACCESS_GESTURES
from dmp_mock.checks.gestures.acting import ACTING_GESTURES
from dmp_mock.checks.gestures.feeding import FEEDING_GESTURES
from dmp_mock.checks.gestures.reading import READING_GESTURES
from lgo_sandbox.watch.checks import Check

__all__ = ["GESTURE_CHECKS"]

GESTURE_CHECKS: tuple[Check[Any], ...] = (
    *FEEDING_GESTURES,
    *ACCESS_GESTURES,
    *READING_GESTURES,
    *ACTING_GESTURES,
)
