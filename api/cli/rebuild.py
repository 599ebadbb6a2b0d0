"""`cantiere rebuild`: what can be made again from the log."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from api.cli.speaking import HomeOption, err, out
from api.stack.discovery import current_settings

group = typer.Typer(help="Rifà dal registro ciò che ne deriva. · Rebuild.", no_args_is_help=True)
commands = typer.Typer()
commands.add_typer(group, name="rebuild")


@group.command()
def projections(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[VISTA]…", help="Tutte, se non indicate.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Le viste, accanto a quelle in uso e poi al loro posto. · The read models."""
    from projections.rebuild import rebuild

    settings = current_settings(home)
    with _bar() as bar:
        task = bar.add_task("viste", total=None)
        done = rebuild(
            settings, names or None, lambda at, goal: bar.update(task, completed=at, total=goal)
        )
    for name, events in done.items():
        out.print(f"{name}: {events} eventi [dim]· events[/]")


@group.command()
def workflows(home: HomeOption = None) -> None:
    """I workflow di tutti i casi aperti. · The workflows of all open cases."""
    from workflows.rebuild import rebuild_workflows

    settings = current_settings(home)
    with _bar() as bar:
        task = bar.add_task("casi", total=None)
        count = rebuild_workflows(settings, lambda done: bar.update(task, completed=done))
    out.print(f"{count} workflow in corso [dim]· running workflows[/]")


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=err
    )
