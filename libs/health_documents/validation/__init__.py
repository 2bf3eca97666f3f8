"""Validation of health documents: official schemas and value sets when they are there, our own rules always.

    Validator(folder).validate(data, name) -> Report

See ``validator`` (what runs), ``rules`` (the rules as data), ``render`` (text, JSON, JUnit).
"""

from health_documents.validation.render import as_json, as_junit, as_text, report_json
from health_documents.validation.report import Problem, Report, Subject
from health_documents.validation.rules import Rule, rules
from health_documents.validation.validator import Validator

__all__ = [
    "Problem",
    "Report",
    "Rule",
    "Subject",
    "Validator",
    "as_json",
    "as_junit",
    "as_text",
    "report_json",
    "rules",
]
