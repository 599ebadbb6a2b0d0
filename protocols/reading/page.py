"""The protocol as a page: sections of tables, in one language, for any renderer."""

from __future__ import annotations

from typing import NamedTuple

from protocols.engine.plan import Plan
from protocols.language.document import Protocol
from protocols.reading import sentences
from protocols.reading.words import (
    CATEGORIES,
    anchor,
    duration,
    holder,
    joined,
    role_title,
)
from protocols.text import Language, Text


class Table(NamedTuple):
    """Every row has as many cells as there are `columns`."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Section(NamedTuple):
    title: str
    table: Table


class Page(NamedTuple):
    """`facts` are (label, value) pairs that stand under the title."""

    language: Language
    title: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]


def page(plan: Plan, language: Language = "it") -> Page:
    """The whole protocol, ready to be rendered."""
    protocol = plan.protocol
    said = _Said(language)
    sections = [
        _roles(protocol, said),
        *_steps(protocol, said),
        *_tables(protocol, said),
        _events(protocol, said),
        _exceptions(protocol, said),
        _indicators(protocol, said),
        _forms(protocol, said),
    ]
    facts = [
        (said("Versione", "Version"), f"{protocol.protocol} {protocol.version}"),
        (said("In vigore dal", "Valid from"), f"{protocol.valid_from:%d/%m/%Y}"),
        (said("Territorio", "Territory"), protocol.territory),
        (said("Riferimenti", "Legal basis"), "; ".join(protocol.legal_basis)),
        (said("Impronta", "Digest"), plan.digest),
    ]
    return Page(
        language,
        protocol.title.in_(language),
        tuple(fact for fact in facts if fact[1]),
        tuple(section for section in sections if section.table.rows),
    )


class _Said:
    """Picks the language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, it: str | Text, en: str = "") -> str:
        return (it if isinstance(it, Text) else Text(it, en)).in_(self.language)

    def columns(self, *pairs: tuple[str, str]) -> tuple[str, ...]:
        return tuple(self(it, en) for it, en in pairs)


def _roles(protocol: Protocol, said: _Said) -> Section:
    columns = said.columns(("Ruolo", "Role"), ("Chi lo tiene", "Held by"), ("Vice", "Deputy"))
    rows = tuple(
        (
            said(role.title),
            said(holder(protocol, role.held_by)),
            said(role_title(protocol, role.deputy)) if role.deputy else "",
        )
        for role in protocol.roles.values()
    )
    return Section(said("Ruoli", "Roles"), Table(columns, rows))


def _steps(protocol: Protocol, said: _Said) -> list[Section]:
    """One section for each stage, in the order in which its first step stands."""
    columns = said.columns(
        ("Passo", "Step"),
        ("Chi", "Who"),
        ("Che cosa", "What"),
        ("Quando", "When"),
        ("Entro", "By when"),
        ("Esiti", "Results"),
        ("E se no", "If not"),
    )
    by_stage: dict[str, list[tuple[str, ...]]] = {}
    for name, step in protocol.steps.items():
        row = sentences.step(protocol, name)
        by_stage.setdefault(step.stage or "", []).append(
            tuple(
                map(
                    said,
                    (
                        _indented(protocol, name, row.title),
                        row.who,
                        row.what,
                        row.after,
                        row.by_when,
                        row.results,
                        row.if_not,
                    ),
                )
            )
        )
    order = [stage for stage in protocol.stages if stage in by_stage]
    sections = []
    for stage in [*order, *([""] if "" in by_stage else [])]:
        other = Text("Altri passi", "Other steps") if order else Text("Passi", "Steps")
        title = protocol.stages.get(stage, other)
        sections.append(Section(said(title), Table(columns, tuple(by_stage[stage]))))
    return sections


def _indented(protocol: Protocol, name: str, title: Text) -> Text:
    """The steps of a sub-protocol stand under the step that uses it."""
    depth, around = 0, protocol.steps[name].within
    while around:
        depth, around = depth + 1, protocol.steps[around].within
    return Text("↳ " * depth + title.it, "↳ " * depth + title.in_("en")) if depth else title


def _tables(protocol: Protocol, said: _Said) -> list[Section]:
    """Decision tables, each with a column for every input."""
    sections = []
    for table in protocol.tables.values():
        rows = [
            (*(str(rule.when.get(name, "–")) for name in table.inputs), str(rule.then))
            for rule in table.rules
        ]
        if table.default is not None:
            rows.append((*("–" for _ in table.inputs), str(table.default)))
        columns = (*table.inputs, said("allora", "then"))
        sections.append(Section(said(table.title), Table(columns, tuple(rows))))
    return sections


def _events(protocol: Protocol, said: _Said) -> Section:
    columns = said.columns(
        ("Evento", "Event"),
        ("Chi lo segnala", "Reported by"),
        ("Quando si può", "When possible"),
        ("Che cosa ne segue", "What follows"),
    )
    rows = tuple(
        (said(event.title), *map(said, sentences.event(protocol, name)))
        for name, event in protocol.events.items()
    )
    return Section(said("Eventi del caso", "Events of the case"), Table(columns, rows))


_KINDS = {
    "skip": Text("Saltare un passo", "Leave a step out"),
    "redo": Text("Rifare un passo", "Do a step again"),
    "force": Text("Aprire un passo contro la sua condizione", "Open a step against its condition"),
    "correct": Text("Correggere quanto registrato", "Correct what was recorded"),
}


def _exceptions(protocol: Protocol, said: _Said) -> Section:
    columns = said.columns(("Eccezione", "Exception"), ("Chi può, con motivazione", "Who may"))
    rows = tuple(
        (said(title), said(joined(role_title(protocol, role) for role in roles)))
        for kind, title in _KINDS.items()
        if (roles := getattr(protocol.exceptions, kind))
    )
    return Section(said("Eccezioni", "Exceptions"), Table(columns, rows))


def _indicators(protocol: Protocol, said: _Said) -> Section:
    columns = said.columns(("Attesa", "Wait"), ("Da", "From"), ("A", "To"), ("Entro", "Within"))
    rows = tuple(
        (
            said(indicator.title),
            said(_instant(protocol, indicator.start)),
            said(_instant(protocol, indicator.end)),
            said(duration(indicator.within)) if indicator.within else "",
        )
        for indicator in protocol.indicators.values()
    )
    return Section(said("Indicatori", "Indicators"), Table(columns, rows))


def _instant(protocol: Protocol, path: str) -> Text:
    name, _, side = path.partition(".")
    if name == "case":
        return Text("apertura del caso", "the case's opening")
    title = anchor(protocol, name)
    if side == "opened":
        return Text(f"apertura di {title.it}", f"opening of {title.en}")
    return Text(f"conclusione di {title.it}", f"completion of {title.en}")


def _forms(protocol: Protocol, said: _Said) -> Section:
    columns = said.columns(
        ("Modulo", "Form"), ("Campo", "Field"), ("Dati", "Data"), ("Obbligatorio", "Required")
    )
    yes = said("sì", "yes")
    rows = []
    for form in protocol.forms.values():
        for field in form.fields.values():
            category = said(CATEGORIES.get(field.category, Text(field.category)))
            apart = said(", personali", ", personal") if field.personal else ""
            rows.append(
                (
                    said(form.title),
                    said(field.title),
                    category + apart,
                    yes if field.required else "",
                )
            )
    return Section(said("Moduli", "Forms"), Table(columns, tuple(rows)))
