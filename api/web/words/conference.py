"""The team's conference on a case."""

from protocols.text import Text

TITLE = Text("Riunione di équipe", "Case conference")
LEAD = Text(
    "Che cosa c'è da decidere, che cosa si sa, che cosa pensa ognuno, che cosa si è deciso.",
    "What is to be decided, what is known, what each thinks, what was decided.",
)
WRITE_MINUTES = Text("Scrivi il verbale e decidi", "Write the minutes and decide")
NOT_OPEN = Text(
    "La riunione non si può ancora tenere: vedi «Che cosa serve prima».",
    "The conference cannot be held yet: see “What is needed first”.",
)
HELD = Text("La riunione si è tenuta.", "The conference was held.")
NOT_NEEDED = Text(
    "Il caso ha preso un'altra strada: la riunione non serve.",
    "The case has taken another way: no conference is needed.",
)

AGENDA = Text("Ordine del giorno", "Agenda")
TO_DECIDE = Text("Che cosa si può decidere", "What may be decided")
NOT_NOW = Text("ora no: {why}", "not now: {why}")
NEEDS = Text("serve: {fields}", "needed: {fields}")
READY = Text("Che cosa serve prima", "What is needed first")
STATUS = {
    "done": Text("fatto", "done"),
    "open": Text("manca", "missing"),
    "waiting": Text("non ancora aperto", "not open yet"),
    "out": Text("non serve", "not needed"),
}
OF_SEVERAL = Text("{n} su {all}", "{n} of {all}")
ENOUGH = Text("ne bastano {n}", "{n} are enough")
NOT_YET_FROM = Text("Mancano: {names}", "Missing: {names}")
BY_WHEN = Text("entro", "by")

MEMBERS = Text("Chi è atteso", "Who is expected")
NO_TEAM = Text("L'équipe non è ancora costituita.", "The team has not been constituted yet.")
QUORUM = Text("Numero legale", "Quorum")
AT_LEAST = Text("{title}: almeno {n}.", "{title}: at least {n}.")
TOO_FEW = Text(
    "L'équipe ha {n} componenti: meno di quanti ne servono.",
    "The team has {n} members: fewer than are needed.",
)
HAS_ASSESSED = Text("ha dato la sua valutazione", "has given their assessment")
HAS_NOT_ASSESSED = Text("non ha ancora valutato", "has not assessed yet")

VIEWS = Text("Che cosa pensa ognuno", "What each thinks")
NO_VIEWS = Text("Nessuno ha ancora scritto la sua valutazione.", "Nobody has written a view yet.")
DIFFERENCES = Text("Valutazioni diverse su: {titles}.", "The views differ on: {titles}.")
AGREE = Text("Le valutazioni concordano.", "The views agree.")
OTHERS = Text("Che cos'altro si sa", "What else is known")

DECISIONS = Text("Che cosa si è deciso", "What was decided")
MINUTES = Text("Verbale (PDF)", "Minutes (PDF)")
MINUTES_OF = Text("Verbale del {day} (PDF)", "Minutes of {day} (PDF)")
RECORDED = Text("{name}, {when}", "{name}, {when}")

# On paper, in Italian.
PERSON = "Persona"
CASE_NUMBER = "Numero del caso"
HELD_ON = "Tenuta il"
DECISION_ROW = "Decisione"
RECORDED_ROW = "Verbalizzata da"
QUORUM_ROW = "Numero legale"
EXPECTED = "Componenti dell'équipe"
MINUTES_TITLE = "Verbale della riunione di équipe"
WHAT_WAS_SAID = "La riunione"
AFTER_IT = "Dopo la riunione"
NEEDED_FIRST = "Che cosa c'era agli atti"
SIGNATURES = "Firme dei componenti"
