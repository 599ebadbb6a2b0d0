"""The checker: what is proved of a protocol before it may be published."""

from protocols.checker.check import check, check_text
from protocols.checker.report import RULES, Finding, Report, Severity

__all__ = ["RULES", "Finding", "Report", "Severity", "check", "check_text"]
