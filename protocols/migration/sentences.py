"""What there is to say about steps that do not simply carry over."""

from __future__ import annotations

from protocols.language.document import CaseEvent, Step
from protocols.migration.placement import STAY, Question, Reason
from protocols.text import Text

_STAY = Text("il caso resta dov'è", "the case stays where it is")


def _said(part: Step | CaseEvent) -> tuple[str, str]:
    return part.title.it, part.title.in_("en")


def contradicted(name: str, step: Step) -> Reason:
    it, en = _said(step)
    return Reason(
        f"contradicted:{name}",
        Text(
            f"nella nuova versione «{it}», già aperto o concluso, a questo punto non ci sarebbe",
            f"in the new version “{en}”, open or done already, would not be there at this point",
        ),
    )


NO_WAY_OUT = Reason(
    "no-way-out",
    Text(
        "da qui, nella nuova versione, il caso non arriverebbe più a una conclusione",
        "from here, in the new version, the case could not come to an end any more",
    ),
)
NO_COMBINATION = Reason(
    "no-combination",
    Text(
        "le varianti della nuova versione previste per questo caso si contraddicono",
        "the new version's variants that apply to this case contradict each other",
    ),
)
ENDED = Reason("ended", Text("il caso è chiuso", "the case has ended"))


def answered_stay(question: Question) -> Reason:
    return Reason(f"stay:{question.id}", question.text)


def removed_open(name: str, step: Step) -> Question:
    it, en = _said(step)
    return Question(
        f"removed:{name}",
        Text(
            f"«{it}» è aperto e nella nuova versione non c'è più",
            f"“{en}” is open and is not in the new version",
        ),
        {"withdraw": Text("il compito viene tolto", "the task is withdrawn"), STAY: _STAY},
    )


def other_shape(name: str, step: Step) -> Question:
    it, en = _said(step)
    return Question(
        f"shape:{name}",
        Text(
            f"«{it}» è aperto e nella nuova versione si fa in un altro modo",
            f"“{en}” is open and is done in another way in the new version",
        ),
        {
            "reopen": Text("si riapre, daccapo", "it is opened anew"),
            STAY: _STAY,
        },
    )


def late(name: str, step: Step) -> Question:
    it, en = _said(step)
    return Question(
        f"late:{name}",
        Text(
            f"nella nuova versione «{it}» si sarebbe aperto prima: il caso è già oltre quel punto",
            f"in the new version “{en}” would have opened before: the case is past that point",
        ),
        {
            "do": Text("si fa adesso", "it is done now"),
            "leave_out": Text("si tralascia", "it is left out"),
            STAY: _STAY,
        },
    )


def outcome_gone(name: str, step: Step, outcome: str, choices: Step) -> Question:
    it, en = _said(step)
    named = {key: Text(f"vale come «{key}»", f"counts as “{key}”") for key in choices.outcomes}
    return Question(
        f"outcome:{name}.{outcome}",
        Text(
            f"«{it}» è concluso con l'esito «{outcome}», che la nuova versione non ha",
            f"“{en}” is done with outcome “{outcome}”, which the new version has not",
        ),
        {**named, STAY: _STAY},
    )


def pause_unknown(name: str, event: CaseEvent) -> Question:
    it, en = _said(event)
    return Question(
        f"pause:{name}",
        Text(
            f"i termini sono sospesi per «{it}» e nella nuova versione nessuno li riprenderebbe",
            f"clocks are paused by “{en}” and in the new version nobody would resume them",
        ),
        {"resume": Text("i termini riprendono subito", "clocks run again at once"), STAY: _STAY},
    )


def not_recorded(step: str, field: str, title: Step) -> Question:
    it, en = _said(title)
    return Question(
        f"data:{step}.{field}",
        Text(
            f"la nuova versione legge «{field}» di «{it}», che quando si è fatto non si chiedeva",
            f"the new version reads “{field}” of “{en}”, which was not asked when it was done",
        ),
        {
            "go_on": Text("si procede senza quel dato", "it goes on without that datum"),
            STAY: _STAY,
        },
    )


def would_end(reason: str) -> Question:
    return Question(
        f"ends:{reason}",
        Text(
            f"nella nuova versione il caso si chiuderebbe subito ({reason})",
            f"in the new version the case would end at once ({reason})",
        ),
        {"end": Text("si chiude", "it ends"), STAY: _STAY},
    )


def note(code: str, name: str, step: Step | CaseEvent, it: str, en: str) -> Reason:
    title_it, title_en = _said(step)
    return Reason(f"{code}:{name}", Text(f"«{title_it}»: {it}", f"“{title_en}”: {en}"))
