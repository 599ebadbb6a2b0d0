"""Stable names for event bodies.

An event is stored under its topic, never under the place of its class, so that a
module can move without breaking history. A topic once written is never reused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec
from eventsourcing.utils import register_topic

_TOPIC = re.compile(r"^[a-z][a-z0-9]*(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)+$")

_classes: dict[str, type[msgspec.Struct]] = {}
_topics: dict[type[msgspec.Struct], str] = {}

Body = TypeVar("Body", bound=type[msgspec.Struct])


def register(topic: str, cls: type[msgspec.Struct], *, formerly: tuple[str, ...] = ()) -> None:
    """Store bodies of ``cls`` under ``topic``; events under ``formerly`` are read as it too.

    A body class may have a ``class_version`` above 1. It must then have a static method
    ``upcast_vN_vN+1(state: dict) -> None`` for each earlier version N, which changes
    the decoded body in place (a returned dict replaces it).

    Raises:
        ValueError: the topic is malformed, or already names another class.
        TypeError: the class is not a frozen struct, has another topic, or lacks an upcaster.
    """
    _check_class(cls)
    if _topics.get(cls, topic) != topic:
        raise TypeError(f"{cls.__qualname__} is already stored as {_topics[cls]!r}")
    for name in (topic, *formerly):
        if not _TOPIC.match(name):
            raise ValueError(f"topic {name!r}: expected words like 'case.step-opened'")
        if _classes.get(name, cls) is not cls:
            raise ValueError(f"topic {name!r} already names {_classes[name].__qualname__}")
        register_topic(name, cls)
        _classes[name] = cls
    _topics[cls] = topic


def event(topic: str, *, formerly: tuple[str, ...] = ()) -> Callable[[Body], Body]:
    """Class decorator for :func:`register`: ``@event("case.step-opened")``."""

    def decorate(cls: Body) -> Body:
        register(topic, cls, formerly=formerly)
        return cls

    return decorate


def topic_of(cls: type[Any]) -> str:
    """Topic under which bodies of ``cls`` are stored.

    Raises:
        TypeError: the class was never registered.
    """
    try:
        return _topics[cls]
    except KeyError:
        raise TypeError(
            f"{cls.__module__}.{cls.__qualname__} has no topic: register it before recording"
        ) from None


def body_class(topic: str) -> type[msgspec.Struct] | None:
    """Class of the bodies stored under ``topic``; None when nobody registered it."""
    return _classes.get(topic)


def registered() -> Mapping[str, type[msgspec.Struct]]:
    """Every topic that can be read, with its class."""
    return MappingProxyType(_classes)


def class_version(cls: type[Any]) -> int:
    """Form in which bodies of ``cls`` are written now; 1 unless the class says otherwise."""
    return getattr(cls, "class_version", 1)


def _check_class(cls: type[msgspec.Struct]) -> None:
    if not (isinstance(cls, type) and issubclass(cls, msgspec.Struct)):
        raise TypeError(f"{cls!r} is not a msgspec.Struct")
    if not cls.__struct_config__.frozen:
        raise TypeError(f"{cls.__qualname__} must be frozen: what happened does not change")
    for version in range(1, class_version(cls)):
        step = f"upcast_v{version}_v{version + 1}"
        if not hasattr(cls, step):
            raise TypeError(f"{cls.__qualname__} is at version {version + 1} without {step}")
