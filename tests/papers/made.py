"""Data for each kind of paper, with what is awkward to set: long names, apostrophes, nothing."""

from __future__ import annotations

from typing import Any

LONG = "Maria Giovanna Immacolata Concetta D'Addabbo-Brambati Della Rovere de' Pecchi"
ODD = "#let x = 1 $a^2$ *b* 😀 مرحبا 中文 " + "x" * 200
_HEAD = {
    "subtitle": "Presa in carico multidimensionale integrata · Distretto 4 – Cernusco sul Naviglio",
    "office": "Ambito Adda Martesana",
    "footer": "Caso e659aa73 – stampato il 23 novembre 2026, 03:34 da Ornella Usuelli",
}
_WITHHELD = "Dati clinici: non visibile al ruolo di chi ha stampato"


def _answer(title: str, text: str, parts: list[Any] | None = None, *rows: str) -> dict[str, Any]:
    return {"title": title, "text": text, "parts": parts or [], "rows": list(rows)}


MINUTES: dict[str, Any] = {
    **_HEAD,
    "title": "Verbale della riunione di équipe",
    "facts": [("Persona", LONG), ("Decisione", "Presa in carico con condizioni"), ("Odd", ODD)],
    "sections": [
        {
            "title": "La riunione",
            "answers": [
                _answer("Condizioni", "Un colloquio al mese\na Cassina de' Pecchi"),
                _answer("Misure", "", [_answer("Scala", "HoNOS"), _answer("Punteggio", "12,5")]),
                _answer("Obiettivi", "", None, "Dimensione: Casa; Obiettivo: un alloggio", ODD),
                {
                    **_answer("Voci di spesa", ""),
                    "table": {"heads": ["Voce", "Euro"], "rows": [["Indennità", "1.800"]] * 3},
                },
            ],
        }
    ],
    "compared": [
        {
            "title": "Valutazione multidimensionale",
            "heads": ["Domanda", *(f"{LONG} {n}" for n in range(5))],
            "rows": [["Situazione economica (differiscono)", "2", "3", "–", "3", _WITHHELD]] * 18,
            "missing": "Mancano: Rita Dossi.",
        }
    ],
    "signatures_title": "Firme dei componenti",
    "signatures": [(LONG, "Referente per l'inserimento lavorativo")] * 20,
}
BARE: dict[str, Any] = {
    **_HEAD,
    "title": "Progetto personalizzato",
    "facts": [("Persona", "–")],
    "sections": [],
    "compared": [],
    "signatures_title": "Firme",
    "signatures": [],
}
RECEIPT: dict[str, Any] = {
    **_HEAD,
    "title": "Ricevuta della segnalazione",
    "facts": [("Persona", LONG), ("Comune di residenza", "Cassina de' Pecchi")],
    "next_title": "Che cosa succede adesso",
    "next": ["Registrare la segnalazione, entro il 24 novembre 2026", ODD],
}
_ACT = {
    "time": "09:30", "sentence": "Eccezione motivata: «Bilancio di competenze» tralasciato",
    "who": f"{LONG}, referente di distretto", "occurred": "accaduto il 1º marzo 2026",
    "rule": "passo «Bilancio di competenze»; D.Lgs. 147/2017 art.\u00a05", "reason": ODD,
    "exception": True, "follows": ["Aperto: «Verifica»", "Non previsto: «Équipe»"],
}  # fmt: skip
EVIDENCE: dict[str, Any] = {
    **_HEAD,
    "title": "Relazione sul caso",
    "what": ["È un fascicolo integrale."],
    "request": [("Chiesto da", LONG)],
    "subject": [("Nome", ODD)],
    "brief": ["Atti nel registro: 60; passi ancora aperti: 4."],
    "course": [{"day": f"{day} marzo 2026", "acts": [_ACT] * 3} for day in range(1, 5)],
    "open": [{"title": "Équipe", "who": LONG, "due": ""}],
    "deviations": [{"at": "12/03/2026", "what": "Tralasciato", "who": LONG, "why": ODD}] * 9,
    "late": [{"title": "Équipe", "due": "12/03/2026", "done": "ancora aperto", "by": ""}],
    "authorisations": [{"title": "Autorizzazione data il 12 marzo 2026", "facts": [("A", "B")]}],
    "readers": [
        {"day": "12/03/2026", "who": LONG, "roles": LONG, "seen": "identità", "times": "1"}
    ] * 20,
    "conformity": ["Il corso del caso non è in tutto quello che la sua regola prevede."],
    "findings": [{"at": "12", "what": "Il termine non è quello della regola."}],
    "integrity": ["Il caso ha 62 eventi."],
    "seal": [("Radice dell'albero", "a04f322e" * 8)],
    "texts": [{"name": "presa-in-carico 2.0.0", "since": "12/03/2026", "digest": "0" * 64}],
    "keys": [{"key": "cantiere/1 ad41", "fingerprint": "0" * 64, "signed": "sì"}],
    "checking": ["Chiunque può controllare questo fascicolo."],
}  # fmt: skip
SHORT = EVIDENCE | {"course": [], "deviations": [], "readers": []}
NOTHING: dict[str, Any] = {
    name: [] if isinstance(value, list) else value for name, value in EVIDENCE.items()
}
