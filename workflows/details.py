"""The page Temporal's UI shows of a running case: open steps, roles and deadlines, in Markdown."""

from __future__ import annotations

from domain.agenda import Agenda

_MOST = 30


def details(agenda: Agenda) -> str:
    """Titles, roles and instants only. Deadlines are in UTC on the application's clock."""
    lines = [f"**{agenda.stage or agenda.protocol}** · distretto {agenda.district}"]
    if agenda.paused:
        lines.append("*orologi sospesi*")
    automated = {automation.task for automation in agenda.automations}
    for task in agenda.open[:_MOST]:
        who = "automatico" if task.task in automated else task.role
        due = f" · entro {task.due:%Y-%m-%d %H:%M}" if task.due else ""
        lines.append(f"- {_plain(task.title)} — {_plain(who)}{due}")
    if len(agenda.open) > _MOST:
        lines.append(f"- … e altri {len(agenda.open) - _MOST}")
    if agenda.next_at:
        lines.append(f"\nProssima scadenza: {agenda.next_at:%Y-%m-%d %H:%M} {agenda.next_label}")
    return "\n".join(lines)


def _plain(text: str) -> str:
    return "".join(" " if c in "\r\n" else f"\\{c}" if c in "*_`[]<>#|" else c for c in text)
