"""Findings as SARIF 2.1.0, so that editors and code hosts show them at their lines.

References: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0, § 3.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from protocols.checker.report import RULES, Finding, Report
from protocols.text import Language

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"


def sarif(reports: Iterable[Report], language: Language = "it") -> dict[str, Any]:
    """One run with the findings of all the reports; the history is a code flow."""
    rules = list(RULES)
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "cantiere protocol check",
                        "rules": [
                            {"id": rule, "shortDescription": {"text": text.in_(language)}}
                            for rule, text in RULES.items()
                        ],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [
                    _result(finding, rules, language)
                    for report in reports
                    for finding in report.findings
                ],
            }
        ],
    }


def _result(finding: Finding, rules: list[str], language: Language) -> dict[str, Any]:
    location = {
        "physicalLocation": {
            "artifactLocation": {"uri": finding.file.replace(" ", "%20")},
            "region": {"startLine": finding.line},
        },
        "logicalLocations": [{"fullyQualifiedName": finding.where or "."}],
    }
    message = f"{finding.message.in_(language)} {finding.remedy.in_(language)}"
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": rules.index(finding.rule),
        "level": finding.severity,
        "message": {"text": message},
        "locations": [location],
    }
    if finding.history:
        steps = [
            {"location": {**location, "message": {"text": text.in_(language)}}}
            for text in finding.history
        ]
        result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    return result
