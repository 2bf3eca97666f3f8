"""Faults: INSi breaks down once, then is slow, then works. What does your software do in each case?

lgo-sandbox exec -- python examples/arm_a_fault.py
"""

import re

from insi_search import search
from sandbox import control

ZOE = ("ADRUN", "ZOE", "F", "1975-12-31")


def said(answer: str) -> str:
    """Return the code that INSi gave: of the answer, or of the fault."""
    found = re.search(r"<(?:\w+:)?CodeCR>(\w+)<|(desir_\w+|insi_\w+)", answer)
    return next(filter(None, found.groups())) if found else "?"


if __name__ == "__main__":
    control("POST", "/faults", {"service": "insi", "kind": "status", "value": 500, "times": 1})
    print("broken :", said(search(*ZOE)))
    control("POST", "/faults", {"service": "insi", "kind": "delay", "value": 300, "times": 1})
    print("slow   :", said(search(*ZOE)))
    print("normal :", said(search(*ZOE)))
    control("DELETE", "/faults")
