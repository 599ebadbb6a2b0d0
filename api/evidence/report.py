"""What the report of a bundle says."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import Any

import msgspec

from api.evidence.authorised import authorisations
from api.evidence.course import Course, TypedText
from api.evidence.words import Words
from domain.case.state import CaseState, fold
from domain.conformance import check_case
from domain.evidence.bundle import Request
from domain.evidence.collecting import Evidence
from domain.log.recorded import Recorded
from domain.service import CaseService
from domain.territories.editions import read_editions
from projections.reads.queries import ReadLine
from projections.titles import reason
from protocols.engine.events import CaseOpened, Migrated, MigrationReverted

_SIGHTS = {"audit": "verifica", "protection": "tutela dei dati", "installation": "gestione"}


def report_data(
    service: CaseService,
    evidence: Evidence,
    request: Request,
    words: Words,
    typed: TypedText,
    person: list[tuple[str, str]],
    lines: list[ReadLine],
) -> dict[str, Any]:
    """For the template `evidence`. `person`: what is told of whom the case is about."""
    history = evidence.history
    state = fold(evidence.case, history, service.registry)
    course = Course(service, history, words, typed)
    deviations, late = course.deviations(), course.late(state, request.at)
    authorised, findings = authorisations(service, history, words), _findings(service, evidence)
    kind = "integrale" if request.full else "pseudonimo"
    return {
        "title": "Relazione sul caso",
        "subtitle": f"Fascicolo di prova {kind} – caso {evidence.case}",
        "office": service.territory.title.it,
        "footer": f"Caso {evidence.case} – {words.short(request.at)}",
        "what": _what(request.full),
        "request": _request(request, words),
        "subject": [*person, *_subject(evidence, state, words)],
        "brief": _brief(state, course, len(deviations), len(late), len(authorised), lines),
        "course": [_plain(day) for day in course.days()],
        "open": course.open(state),
        "deviations": [_plain(one) for one in deviations],
        "late": [_plain(one) for one in late],
        "authorisations": authorised,
        "readers": _readers(lines, words),
        "conformity": [_DIFFERS if findings else _CONFORMS, _REDECIDED],
        "findings": findings,
        "integrity": _integrity(evidence),
        "seal": _seal(evidence),
        "texts": _texts(history, words),
        "keys": _keys(evidence),
        "checking": _CHECKING,
    }


def _plain(struct: Any) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(struct)
    return plain


def _what(full: bool) -> list[str]:
    first = (
        "Questa relazione racconta, passo per passo, che cosa il registro di Cantiere contiene di "
        "un caso: che cosa è stato fatto, quando, da chi, in quale ruolo e secondo quale regola. "
        "È ricavata dagli eventi allegati, che nessuno può avere cambiato senza che il controllo "
        "descritto alla fine lo riveli. Le risposte date nei moduli stanno negli eventi."
    )
    if full:
        return [
            first,
            "È un fascicolo integrale: contiene dati personali in chiaro. Va custodito, mostrato "
            "solo a chi ne ha titolo e distrutto quando non serve più. La sua consegna, con il "
            "motivo, è scritta nel registro.",
        ]
    return [
        first,
        "È un fascicolo pseudonimo: la persona e gli operatori hanno qui un nome di comodo, che "
        "vale solo in questo fascicolo; ciò che è personale resta cifrato, e dove starebbe si "
        "legge [sigillato].",
    ]


def _request(request: Request, words: Words) -> list[tuple[str, str]]:
    found = [
        ("Chiesto da", request.by),
        ("A titolo di", ", ".join(_SIGHTS.get(one, one) for one in request.grounds)),
        ("Il", words.instant(request.at)),
    ]
    return [*found, ("Motivo", request.reason)] if request.reason else found


def _subject(evidence: Evidence, state: CaseState, words: Words) -> list[tuple[str, str]]:
    opened = state.opened
    assert opened is not None
    assert state.opened_at is not None
    sealed = bool(opened.attributes.get("sealed"))
    ended = "aperto"
    if state.ended_at:
        why = reason(evidence.texts[-1].protocol, state.ended or "")
        ended = f"chiuso il {words.day(state.ended_at)}" + (f" ({why.in_('it')})" if why else "")
    comune = "riservato" if sealed else words.place(f"comune:{state.attributes['comune']}")
    return [
        ("Aperto il", words.instant(state.opened_at)),
        ("Segnalato da", words.service(opened.service)),
        ("Comune", comune),
        ("Distretto", str(state.attributes["district"])),
        ("Stato", ended if not state.paused else f"{ended}, con i termini sospesi"),
        ("Episodio", str(state.episode)),
        ("Protocollo", f"{opened.protocol} {opened.version}"),
        ("Eventi", str(len(evidence.of_case))),
    ]


def _brief(
    state: CaseState,
    course: Course,
    deviations: int,
    late: int,
    authorised: int,
    lines: list[ReadLine],
) -> list[str]:
    """What a reader wants to know first, in whole sentences."""
    refused = sum(line.refused for line in lines)
    return [
        f"Atti nel registro: {sum(len(day.acts) for day in course.days())}; "
        f"passi ancora aperti: {len(state.open_tasks())}.",
        f"Scostamenti dal percorso: {deviations or 'nessuno'}; "
        f"passi oltre il termine: {late or 'nessuno'}.",
        f"Autorizzazioni, rifiuti e revoche: {authorised or 'nessuno'}.",
        f"Consultazioni: {len(lines) or 'nessuna'}, "
        f"di {_count(len({line.reader for line in lines}), 'persona', 'persone')}; "
        f"accessi rifiutati: {refused or 'nessuno'}.",
    ]


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _findings(service: CaseService, evidence: Evidence) -> list[dict[str, str]]:
    """Where the history is not what its protocol says."""
    checked = check_case(
        evidence.case, evidence.history, service.registry, service.territory,
        read_editions(service.recorder),
    )  # fmt: skip
    return [{"at": str(one.position), "what": one.message.it} for one in checked.findings]


def _readers(lines: list[ReadLine], words: Words) -> list[dict[str, str]]:
    """By day and reader: hours are in the read log beside it."""
    groups: dict[tuple[str, str], list[ReadLine]] = defaultdict(list)
    for line in lines:
        groups[words.short(line.at), line.reader].append(line)
    found = []
    for (day, reader), group in groups.items():
        refused = sum(line.refused for line in group)
        times = str(len(group)) + (
            f" ({_count(refused, 'rifiutata', 'rifiutate')})" if refused else ""
        )
        roles = dict.fromkeys(role for line in group for role in line.roles)
        seen = dict.fromkeys(name for line in group for name in line.shown)
        found.append(
            {
                "day": day,
                "who": words.who(reader),
                "roles": words.held(list(roles)),
                "seen": words.categories(list(seen)) or "nessun dato in chiaro",
                "times": times,
            }
        )
    return found


def _integrity(evidence: Evidence) -> list[str]:
    first, last = evidence.of_case[0].event, evidence.of_case[-1].event
    return [
        f"Il caso ha {len(evidence.of_case)} eventi, dal numero {first.originator_version} al "
        f"numero {last.originator_version} senza lacune; nel registro stanno fra le posizioni "
        f"{first.position} e {last.position}. Ogni evento contiene l'impronta del precedente "
        "(SHA-256), e tutti sono foglie di un albero di Merkle (RFC 6962) la cui radice è firmata "
        "(Ed25519). Cambiare, togliere o inserire un evento cambierebbe la radice, e la firma non "
        "varrebbe più.",
    ]


def _seal(evidence: Evidence) -> list[tuple[str, str]]:
    last = evidence.of_case[-1]
    return [
        ("Registro", evidence.checkpoint.origin),
        ("Eventi sigillati", str(evidence.checkpoint.size)),
        ("Radice dell'albero", evidence.checkpoint.root.hex()),
        ("Impronta dell'ultimo evento del caso", last.hash.hex()),
        ("Pacchetto territoriale (impronta)", evidence.territory),
        ("Firme del sigillo", ", ".join(s.name for s in evidence.note.signatures)),
    ]


def _texts(history: list[Recorded], words: Words) -> list[dict[str, str]]:
    return [
        {
            "name": f"{event.body.protocol} {event.body.version}",
            "since": words.short(event.at),
            "digest": event.body.digest,
        }
        for event in history
        if isinstance(event.body, (CaseOpened, Migrated, MigrationReverted))
    ]


def _keys(evidence: Evidence) -> list[dict[str, str]]:
    signed = {(s.name, s.key_id) for s in evidence.note.signatures}
    return [
        {
            "key": f"{key.name} {key.key_id.hex()}",
            "fingerprint": hashlib.sha256(key.public).hexdigest(),
            "signed": "sì" if (key.name, key.key_id) in signed else "no",
        }
        for key in evidence.keys
    ]


_CONFORMS = "Il corso del caso è quello che la sua regola prevede."
_DIFFERS = "Il corso del caso non è in tutto quello che la sua regola prevede."
_REDECIDED = (
    "Nel fare questa relazione il programma ha deciso di nuovo ogni atto con il testo di "
    "protocollo allora in vigore, termini compresi, e ha confrontato il risultato con gli eventi "
    "del registro. Gli scostamenti elencati sopra sono atti che la regola ammette e che qualcuno "
    "ha motivato."
)
_CHECKING = [
    "Chiunque può controllare questo fascicolo senza Cantiere e senza rete: il file LEGGIMI.txt "
    "dice come, passo per passo, con strumenti comuni (sha256sum, openssl), con il programma "
    "controlla.py che è allegato come testo leggibile, e con programmi d'altri che conoscono i "
    "formati C2SP.",
    "La chiave pubblica va avuta per altra via, dall'ente o da un testimone, e confrontata con "
    "l'impronta qui sopra: un fascicolo rifatto con un'altra chiave altrimenti sembrerebbe buono.",
    "Questa relazione e l'elenco delle consultazioni sono coperti dalla firma del manifesto, non "
    "dall'albero: fanno fede gli eventi. Che dopo l'ultimo evento qui raccontato non ce ne siano "
    "altri si controlla chiedendo un fascicolo nuovo.",
    "I caratteri che questo documento non può mostrare sono scritti con il loro codice, per "
    "esempio [U+1F600].",
]
