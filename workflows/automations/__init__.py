"""What the machine does by itself, one file each; :data:`REGISTRY` finds them by name."""

from __future__ import annotations

from collections.abc import Callable

from workflows.automations import (
    acknowledge_referral,
    rank_hosts,
    remind_compulsory_communication,
)
from workflows.automations.context import AutomationContext, AutomationFault, AutomationResult

Run = Callable[[AutomationContext], AutomationResult]

REGISTRY: dict[str, Run] = {
    "acknowledge_referral": acknowledge_referral.run,
    "rank_hosts": rank_hosts.run,
    "remind_compulsory_communication": remind_compulsory_communication.run,
}

__all__ = ["REGISTRY", "AutomationContext", "AutomationFault", "AutomationResult", "Run"]
