"""What an event is called in words. Nothing personal: no name, no free text, no data of a form."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from domain.case import events as c
from domain.disclosure.events import DisclosureExpired, DisclosureExpiring
from domain.documents.events import DocumentAttached, DocumentWithdrawn
from domain.emergency.events import EmergencyAccessOpened, EmergencyAccessReviewed
from projections.timeline.established import ESTABLISHED
from projections.titles import Titles
from protocols.engine import events as e

Sentence = tuple[str, str]
"""Italian, English."""


def _step(titles: Titles, name: str) -> tuple[str, str]:
    """The title of a step or, for what an event established, of the case event."""
    title = titles.steps.get(name)
    if title is not None:
        return title.it, title.en
    return titles.events.get(name, (name, name))


def _task(titles: Titles, key: str) -> tuple[str, str]:
    return _step(titles, key.partition("#")[0])


def _role(titles: Titles, name: str) -> tuple[str, str]:
    return titles.roles.get(name, (name, name))


def _listed(pairs: Iterable[tuple[str, str]]) -> tuple[str, str]:
    unique = list(dict.fromkeys(pairs))
    return "», «".join(it for it, _ in unique), "”, “".join(en for _, en in unique)


def _case_opened(t: Titles, b: e.CaseOpened) -> Sentence:
    return (
        f"Caso aperto secondo il protocollo «{t.protocol.title.in_('it')}», versione {b.version}",
        f"Case opened under the protocol “{t.protocol.title.in_('en')}”, version {b.version}",
    )


def _scheduled(t: Titles, b: e.StepScheduled) -> Sentence:
    it, en = _step(t, b.step)
    day = t.day(b.opens_at)
    return f"In programma: «{it}», dal {day}", f"Scheduled: “{en}”, from {day}"


def _opened(t: Titles, b: e.StepOpened) -> Sentence:
    it, en = _step(t, b.step)
    if b.automation:
        return f"Aperto: «{it}», in automatico", f"Opened: “{en}”, done by the machine"
    if not b.role:
        return f"Aperto: «{it}», in attesa", f"Opened: “{en}”, waiting"
    role_it, role_en = _role(t, b.role)
    return f"Aperto: «{it}», a cura di {role_it}", f"Opened: “{en}”, up to {role_en}"


def _completed(t: Titles, b: e.StepCompleted) -> Sentence:
    it, en = _step(t, b.step)
    title = t.outcomes.get((b.step, b.outcome))
    stood_it = " (in sostituzione)" if b.as_deputy else ""
    stood_en = " (as deputy)" if b.as_deputy else ""
    if title is None and b.outcome == "done":
        return f"Fatto: «{it}»{stood_it}", f"Done: “{en}”{stood_en}"
    out_it, out_en = title or (b.outcome, b.outcome)
    return (
        f"Fatto: «{it}», esito «{out_it}»{stood_it}",
        f"Done: “{en}”, outcome “{out_en}”{stood_en}",
    )


def _signed(t: Titles, b: e.StepSigned) -> Sentence:
    it, en = _step(t, b.step)
    return f"Prima firma: «{it}», ne serve un'altra", f"First signature: “{en}”, one more is needed"


def _scope_opened(t: Titles, b: e.ScopeOpened) -> Sentence:
    it, en = _step(t, b.step)
    return f"Comincia: «{it}»", f"Begins: “{en}”"


def _scope_left(t: Titles, b: e.ScopeLeft) -> Sentence:
    it, en = _step(t, b.step)
    title = t.outcomes.get((b.step, b.outcome))
    out_it, out_en = title or (b.outcome, b.outcome)
    return f"Si conclude: «{it}», esito «{out_it}»", f"Over: “{en}”, outcome “{out_en}”"


def _steps_out(t: Titles, b: e.StepsOut) -> Sentence:
    it, en = _listed(_step(t, step) for step in b.steps)
    return f"Non previsto in questo percorso: «{it}»", f"Not needed on this path: “{en}”"


def _withdrawn(t: Titles, b: e.TasksWithdrawn) -> Sentence:
    it, en = _listed([_task(t, task) for task in b.tasks] or [_step(t, s) for s in b.out])
    return f"Non più da fare: «{it}»", f"No longer to be done: “{en}”"


def _round(t: Titles, b: e.RoundStarted) -> Sentence:
    it, en = _step(t, b.step)
    return f"Si ricomincia da «{it}»", f"Starting again from “{en}”"


def _reminded(t: Titles, b: e.Reminded) -> Sentence:
    it, en = _task(t, b.task)
    return f"Promemoria: «{it}»", f"Reminder: “{en}”"


def _escalated(t: Titles, b: e.Escalated) -> Sentence:
    it, en = _task(t, b.task)
    role_it, role_en = _role(t, b.role)
    return (
        f"Scaduto: «{it}», chiamato in causa {role_it}",
        f"Overdue: “{en}”, {role_en} called in",
    )


def _event(t: Titles, b: e.CaseEventHappened) -> Sentence:
    it, en = t.events.get(b.event, (b.event, b.event))
    return f"È accaduto: «{it}»", f"Happened: “{en}”"


def _cause(t: Titles, name: str) -> tuple[str, str]:
    return t.events.get(name, _step(t, name))


def _paused(t: Titles, b: e.ClocksPaused) -> Sentence:
    it, en = _cause(t, b.cause)
    return f"Termini sospesi: «{it}»", f"Clocks paused: “{en}”"


def _resumed(t: Titles, b: e.ClocksResumed) -> Sentence:
    it, en = _cause(t, b.cause)
    return f"Termini ripresi dopo: «{it}»", f"Clocks running again after: “{en}”"


def _result(t: Titles, b: e.ResultSet) -> Sentence:
    return _because("Risultato stabilito", "Result set", t.reason(b.result))


def _episode(t: Titles, b: e.EpisodeStarted) -> Sentence:
    return f"Rientro: comincia l'episodio {b.episode}", f"Re-entry: episode {b.episode} starts"


def _ended(t: Titles, b: e.CaseEnded) -> Sentence:
    if b.silent:
        it, en = "Caso chiuso, senza altre comunicazioni", "Case ended, nothing more is sent"
    else:
        it, en = "Caso chiuso", "Case ended"
    return _because(it, en, t.reason(b.reason))


def _because(it: str, en: str, reason: tuple[str, str] | None) -> Sentence:
    return (f"{it}: {reason[0]}", f"{en}: {reason[1]}") if reason else (it, en)


def _exception(what_it: str, what_en: str) -> Callable[[Titles, Any], Sentence]:
    def sentence(t: Titles, b: Any) -> Sentence:
        it, en = _step(t, b.step)
        return (
            f"Eccezione motivata: «{it}» {what_it}",
            f"Exception, with a reason: “{en}” {what_en}",
        )

    return sentence


def _about(what_it: str, what_en: str) -> Callable[[Titles, Any], Sentence]:
    def sentence(t: Titles, b: Any) -> Sentence:
        it, en = _task(t, b.task)
        return f"{what_it}: «{it}»", f"{what_en}: “{en}”"

    return sentence


def _plainly(it: str, en: str) -> Callable[[Titles, Any], Sentence]:
    return lambda t, b: (it, en)


def _note(t: Titles, b: c.NoteWritten) -> Sentence:
    if b.answers:
        return "Risposta a una domanda", "A question answered"
    if b.to:
        return "Domanda a chi lavora sul caso", "A question to somebody at work on the case"
    return "Nota", "Note"


def _corrected(t: Titles, b: e.DataCorrected) -> Sentence:
    it, en = _step(t, b.step)
    return f"Dati corretti: «{it}»", f"Data corrected: “{en}”"


def _migrated(t: Titles, b: e.Migrated) -> Sentence:
    return (
        f"Il caso passa alla versione {b.version} del protocollo",
        f"The case moves to version {b.version} of the protocol",
    )


def _reverted(t: Titles, b: e.MigrationReverted) -> Sentence:
    return (
        f"Il caso torna alla versione {b.version} del protocollo",
        f"The case goes back to version {b.version} of the protocol",
    )


SENTENCES: dict[type, Callable[[Titles, Any], Sentence]] = {
    e.CaseOpened: _case_opened,
    e.StepScheduled: _scheduled,
    e.StepOpened: _opened,
    e.StepCompleted: _completed,
    e.StepSigned: _signed,
    e.ScopeOpened: _scope_opened,
    e.ScopeLeft: _scope_left,
    e.StepsOut: _steps_out,
    e.TasksWithdrawn: _withdrawn,
    e.RoundStarted: _round,
    e.Reminded: _reminded,
    e.Escalated: _escalated,
    e.CaseEventHappened: _event,
    e.ClocksPaused: _paused,
    e.ClocksResumed: _resumed,
    e.ResultSet: _result,
    e.EpisodeStarted: _episode,
    e.CaseEnded: _ended,
    e.StepSkipped: _exception("tralasciato", "left out"),
    e.StepForced: _exception("aperto fuori percorso", "opened off the path"),
    e.StepRedone: _exception("da rifare", "to be done again"),
    e.DataCorrected: _corrected,
    e.AutomationGaveUp: _about("L'automatismo non è riuscito, tocca a una persona", "Automation "
                               "gave up, a person takes over"),
    e.Migrated: _migrated,
    e.MigrationReverted: _reverted,
    c.TaskClaimed: _about("Preso in carico", "Taken"),
    c.TaskReleased: _about("Rimesso a disposizione", "Released"),
    c.TaskAssigned: _about("Assegnato", "Assigned"),
    c.NoteWritten: _note,
    DocumentAttached: _plainly("Documento allegato", "Document attached"),
    DocumentWithdrawn: _plainly("Documento ritirato", "Document withdrawn"),
    DisclosureExpiring: _plainly(
        "Sta per scadere l'autorizzazione a comunicare i dati",
        "The disclosure authorisation is about to expire",
    ),
    DisclosureExpired: _plainly(
        "Scaduta l'autorizzazione a comunicare i dati", "Disclosure authorisation expired"
    ),
    EmergencyAccessOpened: _plainly(
        "Aperto un accesso d'emergenza, da verificare", "Emergency access opened, to be reviewed"
    ),
    EmergencyAccessReviewed: _plainly(
        "Verificato un accesso d'emergenza", "Emergency access reviewed"
    ),
    c.PersonReplaced: _plainly("Riconosciuto di chi è il caso", "Recognised whose case it is"),
    c.CaseSealed: _plainly("Indirizzo protetto da ora", "Address protected from now on"),
    c.CaseRestricted: _plainly("Trattamento limitato", "Processing restricted"),
    c.CaseRestrictionEased: _plainly("Trattamento limitato: un operatore è ammesso", "Processing "
                                     "restricted: a member of staff is let in"),
    c.CaseRestrictionLifted: _plainly("Fine della limitazione", "The restriction is over"),
    **ESTABLISHED,
}  # fmt: skip
