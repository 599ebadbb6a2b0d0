"""Stories told at once, on one clock: whoever is next acts next."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from datetime import datetime

from api.demo.story import Script, Story

Advance = Callable[[datetime], None]
Watch = Callable[[Story, datetime, bool], None]


def play(
    stories: Sequence[tuple[Story, Script]],
    start: datetime,
    advance: Advance,
    watch: Watch,
) -> None:
    """Run the scripts to their ends. `advance(instant)` moves the clock and makes all that is due
    happen; `watch(story, instant, finished)` is called after each story's turn."""
    queue = [(start, index) for index in range(len(stories))]
    heapq.heapify(queue)
    now = start
    while queue:
        instant, index = heapq.heappop(queue)
        if instant > now:
            advance(instant)
            now = instant
        story, script = stories[index]
        try:
            wait = next(script)
        except StopIteration:
            watch(story, now, True)
            continue
        heapq.heappush(queue, (now + wait, index))
        watch(story, now, False)
