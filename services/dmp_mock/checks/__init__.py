"""Findings of the DMP: what a client does against the rules, beside the answer that the DMP gives."""

from dmp_mock.checks.table import CHECKS

__all__ = ["CHECKS"]
