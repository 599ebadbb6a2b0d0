"""Forms of protocols."""

from protocols.text import Text

NOT_SAID = Text("Non indicato", "Not said")
CATEGORIES = {
    "identity": Text("Dati identificativi", "Identity data"),
    "social": Text("Dati sociali", "Social data"),
    "clinical": Text("Dati clinici", "Clinical data"),
    "work": Text("Dati di lavoro", "Work data"),
    "judicial": Text("Dati giudiziari", "Judicial data"),
}
SENSITIVE = {
    "clinical": Text(
        "Dato clinico: lo legge solo chi vi è autorizzato.",
        "Clinical: read only by those who are authorised.",
    ),
    "judicial": Text(
        "Dato giudiziario: lo legge solo chi vi è autorizzato.",
        "Judicial: read only by those who are authorised.",
    ),
}
BETWEEN = Text("Da {low} a {high}.", "From {low} to {high}.")
AT_LEAST = Text("Almeno {low}.", "At least {low}.")
AT_MOST = Text("Al massimo {high}.", "At most {high}.")
EURO = Text("In euro, per esempio 1.234,50.", "In euro, as 1.234,50.")
# D.Lgs. 147/2017 art. 5, as in the ministry's guidelines for the multidimensional assessment.
SCALES = {
    "ministry-1-6": Text(
        "1 problema grave, 6 evidente punto di forza.", "1 serious problem, 6 evident strength."
    ),
}
DAY_FORMAT = Text(
    "Giorno, mese e anno, per esempio 31/03/2026.", "Day, month and year: 31/03/2026."
)
ROW = Text("{title}: {n}", "{title}: {n}")
ADD_ROW = Text("Aggiungi una voce", "Add an entry")
ADD_ROW_TO = Text("Aggiungi una voce a «{title}»", "Add an entry to “{title}”")
REMOVE_ROW = Text("Togli", "Remove")
REMOVE_ROW_OF = Text("Togli la voce {n} di «{title}»", "Remove entry {n} of “{title}”")
NO_ROWS = Text("Nessuna voce.", "No entries.")
SCORE = Text("Punteggio: {score}", "Score: {score}")
TOTAL_LATER = Text("si calcola dalle voci", "worked out from the lines")
SCORE_LATER = Text(
    "Il punteggio compare quando tutte le voci hanno un valore.",
    "The score appears once every item has a value.",
)
ITEMS_MISSING = Text("voci ancora senza valore: {n}", "items without a value: {n}")
NO_HOSTS = Text("Numero del soggetto ospitante.", "Number of the host.")
NO_DOCUMENTS = Text(
    "Al caso non è allegato nessun documento: allegarlo prima.",
    "No document is attached to the case: attach it first.",
)
EMPTY = Text("Nessuna risposta.", "No answers.")
