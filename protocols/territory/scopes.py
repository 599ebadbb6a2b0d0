"""Where a role is held: the scope that a membership carries.

A scope is one of ``comune:<istat>``, ``district:<number>``, ``service:<service id>`` or a bare
word: ``health_provider``, ``employment``, ``joint_office``, ``management``, ``steering``,
``anti_violence``, ``audit``, ``design``, ``system``.
"""

from typing import Literal, get_args

ScopeKind = Literal[
    "comune",
    "district",
    "service",
    "health_provider",
    "employment",
    "joint_office",
    "management",
    "steering",
    "anti_violence",
    "audit",
    "design",
    "system",
]
SCOPE_KINDS: tuple[str, ...] = get_args(ScopeKind)
PLACED_KINDS = ("comune", "district", "service")


def scope_kind(scope: str) -> str:
    """``comune:015142`` → ``comune``; ``steering`` → ``steering``."""
    return scope.partition(":")[0]


def scope_place(scope: str) -> str:
    """``comune:015142`` → ``015142``; empty for a scope that covers the whole territory."""
    return scope.partition(":")[2]
