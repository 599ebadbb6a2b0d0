"""Emergency accesses to be reviewed."""

from protocols.text import Text

TITLE = Text("Accessi d'emergenza", "Emergency accesses")
HELP = Text(
    "Chi apre un caso in emergenza lo motiva. Qui si dice se era giustificato: un «no» chiude "
    "anche l'accesso ancora aperto.",
    "Whoever opens a case in an emergency says why. Here it is said whether that was justified: a "
    "“no” also closes what is still open.",
)
PENDING = Text("Da verificare", "To be reviewed")
ALL = Text("Tutti", "All")
VIEWS = Text("Quali accessi", "Which accesses")
EMPTY = Text("Nessun accesso da verificare.", "No access to be reviewed.")
CASE = Text("Caso {number}", "Case {number}")
BY = Text("Aperto da {name} ({role})", "Opened by {name} ({role})")
OPENED = Text("Aperto il", "Opened on")
UNTIL = Text("Fino al", "Until")
STILL = Text("ancora aperto", "still open")
REVIEW_BY = Text("Da verificare entro il", "To be reviewed by")
CATEGORIES = Text("Dati", "Data")
REASON = Text("Motivo", "Reason")
NOTE = Text("Che cosa si è accertato", "What was found")
NOTE_HELP = Text("Lo leggono chi verifica e chi ha aperto.", "Read by reviewers and the opener.")
VERDICT = Text("Era giustificato?", "Was it justified?")
JUSTIFIED = Text("Giustificato", "Justified")
UNJUSTIFIED = Text("Non giustificato", "Not justified")
REVIEWED = Text("{verdict}, {name}, {at}", "{verdict}, {name}, {at}")
SAVE = Text("Registra la verifica", "Record the review")
SAVED = Text("Verifica registrata.", "Review recorded.")
OWN = Text("Lo deve verificare qualcun altro.", "Somebody else must review it.")
WAITING_ONE = Text("Un accesso d'emergenza da verificare", "An emergency access to be reviewed")
WAITING_MANY = Text(
    "{n} accessi d'emergenza da verificare", "{n} emergency accesses to be reviewed"
)
OPEN_LIST = Text("Verifica", "Review")
CATEGORY = {
    "identity": Text("identificativi", "identity"),
    "social": Text("sociali", "social"),
    "clinical": Text("clinici", "clinical"),
    "work": Text("lavorativi", "work"),
    "judicial": Text("giudiziari", "judicial"),
}
