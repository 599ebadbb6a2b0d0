"""A territory as it is written down for good: all that it rules, and none of its people's names."""

from __future__ import annotations

import json

from pydantic import ValidationError

from protocols.territory.territory import PackFiles, Territory


def write_territory(territory: Territory) -> str:
    """JSON, the same for the same content in the same order, which is the pack's. Staff are there
    by their id and by the roles that they hold from one day to another; what they are called rules
    nothing."""
    content = territory.files.model_dump(mode="json", by_alias=True)
    for person, entry in content["people"]["people"].items():
        entry["name"] = person
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False)


def read_territory(text: str) -> Territory:
    """The territory of the text, whose staff are called by their ids.

    Raises ValueError where it is not what :func:`write_territory` writes.
    """
    try:
        return Territory(PackFiles.model_validate_json(text))
    except ValidationError as error:
        # Without its input, which pydantic would show.
        first = error.errors(include_input=False, include_url=False)[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['type']}") from None
