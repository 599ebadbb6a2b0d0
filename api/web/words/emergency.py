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

# On the page of a case
EMERGENCIES = Text("Accessi d'emergenza", "Emergency access")
EMERGENCY = Text("Accesso d'emergenza", "Emergency access")
EMERGENCY_LEAD = Text(
    "Serve quando per curare o proteggere la persona occorrono subito dati che il tuo ruolo non "
    "vede. Dura {hours} ore. Lo sanno subito il case manager e chi protegge i dati, ogni lettura è "
    "registrata, e qualcun altro dirà se era giustificato.",
    "For when caring for or protecting the person needs at once data that your role does not see. "
    "It lasts {hours} hours. The case manager and the protection officer know at once, every read "
    "is recorded, and somebody else will say whether it was justified.",
)
NO_EMERGENCY = Text(
    "Nessuna regola permette al tuo ruolo un accesso d'emergenza a questo caso: chiedi a chi lo "
    "segue, o a un servizio di cura.",
    "No policy allows your role emergency access to this case: ask those who follow it, or a "
    "health service.",
)
EMERGENCY_WHY = Text("Che cosa è successo", "What has happened")
EMERGENCY_WHY_HELP = Text(
    "Almeno 10 caratteri. Resta riservato: lo legge chi verifica.",
    "At least 10 characters. Kept confidential: read by those who review.",
)
EMERGENCY_WHAT = Text("Di quali dati hai bisogno", "Which data you need")
EMERGENCY_OPEN = Text("Apri l'accesso d'emergenza", "Open emergency access")
EMERGENCY_OPENED = Text(
    "Accesso d'emergenza aperto: ogni lettura è registrata.",
    "Emergency access is open: every read is recorded.",
)
EMERGENCY_BY = Text("{name}, dal {start} al {end}", "{name}, from {start} to {end}")
EMERGENCY_PENDING = Text("da verificare entro il {day}", "to be reviewed by {day}")
EMERGENCY_JUSTIFIED = Text("giustificato", "justified")
EMERGENCY_UNJUSTIFIED = Text("non giustificato", "not justified")
EMERGENCY_REVIEWED_BY = Text("verificato da {name}", "reviewed by {name}")
REVIEW = Text("Verifica", "Review")
