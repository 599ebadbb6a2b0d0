"""A row for each story while they are played: step, day, who."""

from __future__ import annotations

from datetime import datetime

from rich.console import Console
from rich.live import Live
from rich.table import Table

from api.demo.story import Story


class Progress:
    """Shows the stories as they go on a terminal; a line each where there is none."""

    def __init__(self, console: Console, stories: list[Story]) -> None:
        self._console = console
        self._stories = stories
        self._finished: set[str] = set()
        self._now: datetime | None = None
        self._live = Live(console=console, refresh_per_second=8, transient=False)

    def __enter__(self) -> Progress:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._console.is_terminal:
            self._live.update(self._table())
            self._live.stop()

    def moved(self, story: Story, now: datetime, finished: bool) -> None:
        self._now = now
        if finished:
            self._finished.add(story.name)
            if not self._console.is_terminal:
                self._console.print(f"  {story.name}: {self._end(story)}", highlight=False)
        if self._console.is_terminal:
            self._live.update(self._table())

    def _table(self) -> Table:
        day = f"{self._now:%d/%m/%Y}" if self._now else ""
        table = Table(title=f"Dieci storie · {day}", title_justify="left", header_style="dim")
        for column in ("storia", "caso", "giorno", "passo", "chi", "stato"):
            table.add_column(column, justify="right" if column == "giorno" else "left")
        for story in self._stories:
            days = str((self._now - story.began).days) if self._now and story.began else ""
            table.add_row(
                story.name,
                story.case[:8],
                days,
                story.last_act(),
                story.last_person,
                self._end(story),
            )
        return table

    def _end(self, story: Story) -> str:
        if not story.case:
            return ""
        state = story.state()
        if state.ended:
            return f"[green]chiuso: {state.ended}[/]"
        opened = len(state.open_tasks())
        return f"{opened} aperti" + (" (fine storia)" if story.name in self._finished else "")
