"""The list of cases, and the search for a person."""

from protocols.text import Text

CASES = Text("Casi", "Cases")
CASES_LEAD = Text(
    "Quelli che puoi vedere, i più recenti prima.", "Those you may see, latest first."
)
CASES_CAPTION = Text("Casi, i più recenti prima", "Cases, the latest first")
PERSON = Text("Persona", "Person")
STAGE = Text("Fase", "Stage")
NEXT = Text("Da fare ora", "To be done now")
OPENED = Text("Aperto il", "Opened")
FILTER = Text("Applica i filtri", "Apply the filters")
FILTERS = Text("Filtra", "Filter")
CLEAR = Text("Togli i filtri", "Clear the filters")
DISTRICT = Text("Distretto", "District")
COMUNE = Text("Comune", "Comune")
SERVICE = Text("Servizio che ha segnalato", "Referring service")
STATE = Text("Aperto o chiuso", "Open or closed")
STATES = {"open": Text("Aperti", "Open"), "ended": Text("Chiusi", "Closed")}
LATE_ONLY = Text("Solo con qualcosa oltre il termine", "Only with something overdue")
PAUSED_ONLY = Text("Solo con i termini sospesi", "Only with the clocks paused")
NO_CASES = Text("Nessun caso", "No cases")
NO_CASES_HELP = Text(
    "I casi che ti riguardano compariranno qui.", "Cases that concern you will be here."
)
NO_CASES_FILTERED = Text("Con questi filtri non si trova nulla.", "Nothing with these filters.")
RESTRICTED_SHORT = Text("trattamento limitato", "processing restricted")
AND_MORE = Text("e altre {n}", "and {n} more")
DEPARTED_ONE = Text("un'eccezione", "one exception")
DEPARTED = Text("{n} eccezioni", "{n} exceptions")

# Search
SEARCH = Text("Cerca una persona", "Find a person")
SEARCH_LEAD = Text(
    "Si trovano solo i casi che puoi vedere. La ricerca è registrata e ciò che scrivi non finisce "
    "in nessun indirizzo.",
    "Only cases you may see are found. The search is recorded, and what you type goes into no "
    "address.",
)
CODE_SEARCH = Text("Per codice fiscale o pseudonimo", "By tax code or pseudonym")
TAX_CODE = Text("Codice fiscale", "Tax code")
TAX_CODE_HELP = Text("Tutti e 16 i caratteri.", "All 16 characters.")
PSEUDONYM = Text("Pseudonimo", "Pseudonym")
PSEUDONYM_HELP = Text("Anche solo l'inizio.", "Its beginning is enough.")
PARTICULARS_SEARCH = Text("Per nome e data di nascita", "By name and date of birth")
PARTICULARS_SEARCH_HELP = Text(
    "Trova anche chi è scritto con un errore. Non trova chi è anonimo.",
    "Finds slips of the pen too. Does not find who is anonymous.",
)
FIND = Text("Cerca", "Find")
FOUND_NONE = Text("Nessuno trovato", "Nobody found")
FOUND_NONE_HELP = Text(
    "Nessun caso, tra quelli che puoi vedere, è di questa persona.",
    "No case, among those you may see, is this person's.",
)
FOUND = Text("Trovati", "Found")
ONE_OF = Text("Scrivere il codice fiscale o lo pseudonimo.", "Write tax code or pseudonym.")
BOTH = Text("Uno solo dei due.", "Only one of the two.")
LIKELY = Text("Potrebbe essere", "It could be")
SCORE = Text("somiglianza {n} su 100", "likeness {n} of 100")
NO_CASE_SEEN = Text("nessun caso che puoi vedere", "no case that you may see")
