"""The case, the pages around it, the list of cases and the search."""

from protocols.text import Text

NUMBER = Text("Caso {number}", "Case {number}")
NUMBER_SHORT = Text("caso {number}", "case {number}")
UNNAMED = Text("Persona senza nome visibile", "Person whose name is not visible")
ON_THIS_PAGE = Text("In questa pagina", "On this page")
OPEN_STATE = Text("aperto", "open")
ENDED_STATE = Text("chiuso", "closed")
EPISODE = Text("ritorno n. {n}", "return no. {n}")
ANONYMOUS = Text("anonimo", "anonymous")
SEALED = Text("luogo protetto", "protected place")
REFERRED = Text("Segnalato il", "Referred on")
WHERE = Text("Dove", "Where")
FOLLOWED_BY = Text("Chi lo segue", "Who follows it")
PROTOCOL = Text("Protocollo", "Protocol")
VERSION = Text("versione {version}", "version {version}")
NO_PLACE = Text(
    "Comune non visibile al tuo ruolo: il luogo è protetto.",
    "Comune not visible to your role: the place is protected.",
)
NOBODY_YET = Text("L'équipe non c'è ancora", "There is no team yet")
PARTICULARS = Text("Dati della persona", "The person's particulars")
PARTICULARS_OF = {
    "first_name": Text("Nome", "First name"),
    "last_name": Text("Cognome", "Last name"),
    "birth_date": Text("Data di nascita", "Date of birth"),
    "tax_code": Text("Codice fiscale", "Tax code"),
    "alias": Text("Alias", "Alias"),
    "email": Text("E-mail", "E-mail"),
    "phone": Text("Telefono", "Telephone"),
    "address": Text("Indirizzo", "Address"),
    "citizenship": Text("Cittadinanza", "Citizenship"),
}

# Banners
RESTRICTED = Text(
    "Trattamento limitato (art. 18 del regolamento europeo): i dati sono soltanto conservati.",
    "Processing restricted (art. 18 of the European regulation): the data are only kept.",
)
RESTRICTED_MORE = Text(
    "Su questo caso non si registra nulla, salvo chi è stato ammesso da chi tutela i dati.",
    "Nothing is recorded on this case, save by those whom the protection officer let in.",
)
RESTRICTED_LET_IN = Text(
    "Il trattamento è limitato, ma tu sei stato ammesso a lavorare su questo caso.",
    "Processing is restricted, but you have been let in to work on this case.",
)
LIMITED = Text(
    "La persona ha chiesto la cancellazione: il fascicolo è conservato per obbligo di legge.",
    "The person asked for erasure: the record is kept because the law requires it.",
)
PAUSED = Text("I termini sono sospesi: {causes}.", "The clocks are paused: {causes}.")
EMERGENCY_MINE = Text(
    "Stai leggendo con un accesso d'emergenza, fino al {until}. Ogni lettura è registrata.",
    "You are reading by emergency access until {until}. Every read is recorded.",
)
EMERGENCY_OTHERS = Text(
    "{name} ha un accesso d'emergenza aperto, fino al {until}.",
    "{name} has emergency access open until {until}.",
)
SUMMARY_ONLY = Text(
    "Il tuo ruolo vede solo il riepilogo di questo caso.",
    "Your role sees only this case's summary.",
)
NOT_VISIBLE = Text("Che cosa non vedi", "What you do not see")
NOT_VISIBLE_HELP = Text(
    "Di questo caso possono esserci anche dati che il tuo ruolo non può leggere:",
    "There may also be data in this case that your role may not read:",
)

# Where we are
WHERE_WE_ARE = Text("A che punto siamo", "Where we are")
STAGES = Text("Fasi del percorso", "Stages of the path")
PROGRESS = {
    "done": Text("fatta", "done"),
    "now": Text("in corso", "under way"),
    "ahead": Text("da fare", "to come"),
    "out": Text("non prevista", "not needed"),
}
OPEN_TASKS = Text("Che cosa c'è da fare", "What is to be done")
TASK = Text("Attività", "Task")
UP_TO = Text("A chi tocca", "Up to")
BY = Text("Entro", "By")
FROM_DAY = Text("dal {day}", "from {day}")
LATER = Text("Più avanti", "Later on")
ME = Text("tu", "you")
TO_BE_TAKEN = Text("da prendere", "to be taken")
AUTOMATIC = Text("in automatico", "by the machine")
CALLED_IN = Text("chiamato in causa: {role}", "called in: {role}")
NO_TASKS = Text("Nessuna attività aperta", "No open task")
NO_TASKS_OPEN = Text(
    "Il caso aspetta un evento o una data.", "The case waits for an event or a date."
)
NO_TASKS_ENDED = Text("Il caso è chiuso.", "The case is closed.")

# What was agreed
AGREED = Text("Che cosa si è deciso", "What was agreed")
DECIDED = Text("Decisione dell'équipe", "The team's decision")
REVIEWED = Text("Verifica del progetto", "Project review")
SIGNED = Text("Progetto personalizzato firmato", "Personal project signed")
LIGHT_SIGNED = Text("Patto leggero firmato", "Light project signed")
CLOSED = Text("Conclusione", "Conclusion")
UNTIL = Text("fino al {day}", "until {day}")
RECORDED_BY = Text("registrato da {name}", "recorded by {name}")
NOTHING_AGREED = Text(
    "Nessuna decisione ancora: qui compariranno quelle della riunione di équipe e il progetto.",
    "No decision yet: those of the case conference and the project will be here.",
)

# Profile
PROFILE = Text("Profilo nelle sei dimensioni", "Profile in the six dimensions")
PROFILE_HELP = Text(
    "Scala ministeriale: 1 problema grave, 6 evidente punto di forza. I punteggi informano, non "
    "decidono.",
    "The ministry's scale: 1 serious problem, 6 evident strength. Scores inform, never decide.",
)
DIMENSION = Text("Dimensione", "Dimension")
ENTRY = Text("Ingresso", "Entry")
NOW = Text("Ora", "Now")
DRAWN = Text("Da 1 a 6", "From 1 to 6")
ASSESSED_BY_ONE = Text("Valutazione d'ingresso di una persona", "Entry assessment by one person")
ASSESSED_BY = Text(
    "Media delle valutazioni d'ingresso di {n} persone",
    "Mean of the entry assessments of {n} people",
)
DIFFER = Text("da {low} a {high}", "{low} to {high}")
NO_PROFILE = Text(
    "Nessuna valutazione ancora: il profilo si disegna con la prima.",
    "No assessment yet: the profile is drawn with the first.",
)
NOT_AGAIN = Text("non ancora rivalutata", "not assessed again yet")
DIMENSIONS = {
    "functioning": Text("Funzionamento personale e sociale", "Personal and social functioning"),
    "economic": Text("Situazione economica", "Economic situation"),
    "work": Text("Lavoro e occupabilità", "Work and employability"),
    "education": Text("Istruzione e formazione", "Education and training"),
    "housing": Text("Casa", "Housing"),
    "networks": Text("Famiglia e reti", "Family and networks"),
}

# Placements
PLACEMENTS = Text("Inserimenti", "Placements")
NO_PLACEMENTS = Text("Nessun inserimento ancora.", "No placement yet.")
HOST_HIDDEN = Text("soggetto ospitante", "host")
AT_HOST = Text("{kind} presso {host}", "{kind} at {host}")
FROM_TO = Text("dal {start} al {end}", "from {start} to {end}")
HOURS_WEEK = Text("{n} ore a settimana", "{n} hours a week")
UNDER_WAY = Text("in corso", "under way")
SUSPENDED = Text("sospeso", "suspended")
ATTENDANCE = Text("Presenze", "Attendance")
MONTH = Text("Mese", "Month")
HOURS = Text("Ore fatte", "Hours attended")
OF_HOURS = Text("{attended} di {planned}", "{attended} of {planned}")
SHARE = Text("Presenza", "Share")
PAID = Text("Indennità", "Allowance")
NO_ATTENDANCE = Text("Nessun mese ancora convalidato.", "No month validated yet.")

# Team
TEAM = Text("Équipe", "Team")
CASE_MANAGER = Text("case manager", "case manager")
DEPUTIES = Text("sostituti: {names}", "deputies: {names}")
NO_DEPUTY = Text("nessun sostituto", "no deputy")
NO_TEAM = Text("L'équipe non è ancora costituita.", "The team has not been constituted yet.")

# Authorisations
AUTHORISATIONS = Text("Autorizzazioni a comunicare i dati", "Disclosure authorisations")
NO_AUTHORISATIONS = Text(
    "La persona non ha autorizzato nessuno scambio di dati tra enti.",
    "The person has not authorised any exchange of data between organisations.",
)
AUTHORISATION_STATUS = {
    "in_force": Text("in vigore", "in force"),
    "withdrawn": Text("ritirata", "withdrawn"),
    "refused": Text("negata", "refused"),
    "replaced": Text("sostituita", "replaced"),
    "expired": Text("scaduta", "expired"),
}
TO = Text("A", "To")
WHICH_DATA = Text("Quali dati", "Which data")
NO_END = Text("senza scadenza", "without end")
SINCE = Text("dal {day}", "since {day}")
EXCLUDED = Text("esclusi poi: {names}", "taken out since: {names}")
RECIPIENTS = {
    "host": Text("Soggetto ospitante", "Host"),
    "school": Text("Scuola", "School"),
    "everyone": Text("Tutti", "Everyone"),
}
DATA_KINDS = {
    "identity": Text("identificativi", "identity"),
    "social": Text("sociali", "social"),
    "clinical": Text("clinici", "clinical"),
    "work": Text("di lavoro", "work"),
    "judicial": Text("giudiziari", "judicial"),
}

# Documents
DOCUMENTS = Text("Documenti", "Documents")
NO_DOCUMENTS = Text("Nessun documento allegato.", "No document is attached.")
ATTACH = Text("Allega un documento", "Attach a document")
FILE = Text("File", "File")
FILE_HELP = Text(
    "PDF, immagini, testi e fogli di calcolo, fino a {most} MB.",
    "PDF, pictures, texts and spreadsheets, up to {most} MB.",
)
DOCUMENT_TITLE = Text("Titolo", "Title")
CATEGORY = Text("Che dati contiene", "What data it holds")
CATEGORY_HELP = Text("Decide chi lo può leggere.", "Decides who may read it.")
ATTACHED = Text("Documento allegato.", "The document is attached.")
NO_FILE = Text("Scegliere un file.", "Choose a file.")
WITHDRAW = Text("Ritira", "Withdraw")
WITHDRAW_THIS = Text("Ritira «{name}»", "Withdraw “{name}”")
WITHDRAW_HELP = Text(
    "Il file viene distrutto; restano il nome e il motivo.",
    "The file is destroyed; its name and the reason stay.",
)
WITHDRAWN = Text("Documento ritirato.", "The document is withdrawn.")
DOCUMENT_STATE = {
    "withdrawn": Text("ritirato", "withdrawn"),
    "erased": Text("cancellato", "erased"),
}
REASON = Text("Motivo", "Reason")
REASON_IS = Text("Motivo: {reason}", "Reason: {reason}")
REASON_HELP = Text(
    "Resta nel registro, con il tuo nome. Lo legge chi può vedere i dati sociali del caso.",
    "It stays in the log, with your name. Read by those who may see the case's social data.",
)

# Notes
NOTES = Text("Note e domande", "Notes and questions")
NO_NOTES = Text("Nessuna nota ancora.", "No notes yet.")
WRITE_NOTE = Text("Scrivi una nota o una domanda", "Write a note or a question")
NOTE_TEXT = Text("Testo", "Text")
NOTE_TO = Text("A chi", "To")
NOTE_TO_ALL = Text("A tutti (è una nota)", "To all (it is a note)")
NOTE_TO_HELP = Text(
    "Se scegli qualcuno è una domanda: resta aperta finché non risponde.",
    "If you choose somebody it is a question: it stays open until they answer.",
)
NOTE_SAVED = Text("Scritta.", "Written.")
SEND = Text("Scrivi", "Write")
ASKS = Text("{by} chiede a {to}", "{by} asks {to}")
ANSWERS = Text("{by} risponde a {to}", "{by} answers {to}")
WAITS = Text("aspetta risposta", "waiting for an answer")
ANSWER = Text("Rispondi", "Answer")
YOUR_ANSWER = Text("La tua risposta", "Your answer")

# Timeline
TIMELINE = Text("Cronologia", "Timeline")
TIMELINE_FILTERS = Text("Che cosa mostrare della cronologia", "What to show of the timeline")
ALL_EVENTS = Text("Tutto", "All")
BY_PEOPLE = Text("Fatto da persone", "Done by people")
DEADLINES = Text("Termini e solleciti", "Deadlines and reminders")
WRITTEN = Text("Note e documenti", "Notes and documents")
EXCEPTIONS_ONLY = Text("Eccezioni e correzioni", "Exceptions and corrections")
MACHINE = Text("in automatico", "by the machine")
HAPPENED_ON = Text("accaduto il {day}", "happened on {day}")
FOLLOWED = Text("Ne segue", "What followed")
RULE = Text("Regola: {rule}", "Rule: {rule}")
OLDER = Text("Più indietro nel tempo", "Further back")
LATEST = Text("Dal più recente", "From the latest")
NOTHING_HAPPENED = Text("Nulla di questo tipo.", "Nothing of the kind.")

# Exceptions
EXCEPTIONS = Text("Eccezioni e correzioni", "Exceptions and corrections")
NO_EXCEPTIONS = Text("Il caso ha seguito il percorso.", "The case has kept to the path.")

# Emergency
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

# What one may do
HAPPENED = Text("È successo qualcosa?", "Has something happened?")
NOT_NOW = Text("Adesso non possibile", "Not possible now")
RECORD = Text("Registra", "Record")
RECORDED = Text("Registrato.", "Recorded.")
FINAL = Text(
    "Resta nella storia del caso e non si può togliere.",
    "It stays in the case's history and cannot be taken away.",
)
ENDS_CASE = Text("Chiude il caso.", "It closes the case.")
ENDS_SILENTLY = Text(
    "Chiude il caso senza altre comunicazioni a nessuno.",
    "It closes the case, and nothing more is sent to anybody.",
)
PAUSES_CLOCKS = Text("Sospende i termini.", "It pauses the clocks.")
OPENS_TASK = Text("Apre: «{title}».", "It opens: “{title}”.")
CONFIRM_ENDING = Text("Confermo: chiude il caso", "I confirm: it closes the case")
CONFIRM_NEEDED = Text("Confermare che il caso si chiude.", "Confirm that the case closes.")
MORE = Text("Altro", "More")
LEAVE_PATH = Text("Fai un'eccezione", "Make an exception")
LEAVE_PATH_LEAD = Text(
    "I casi veri escono dal percorso. L'eccezione resta scritta con il motivo, ed è contata.",
    "Real cases leave the path. The exception is recorded with its reason, and counted.",
)
KIND = Text("Che eccezione", "Which exception")
KINDS_OF = {
    "skip": Text("Tralasciare un'attività", "Leave a task out"),
    "redo": Text("Rifare un'attività già fatta", "Do a task again"),
    "force": Text("Aprire un'attività prima che spetti", "Open a task before its turn"),
}
STEP = Text("Attività", "Task")
EXCEPTED = Text("Eccezione registrata.", "The exception is recorded.")
CORRECT = Text("Correggi un dato", "Correct a recorded value")
CORRECT_LEAD = Text(
    "Il vecchio valore resta nella storia. Scrivi solo ciò che cambia.",
    "The old value stays in the history. Write only what changes.",
)
CORRECTED = Text("Correzione registrata.", "The correction is recorded.")
CHOOSE_STEP = Text("Scegli quale attività correggere", "Choose which task to correct")
NOTHING_TO_CORRECT = Text("Nessun dato ancora registrato.", "Nothing recorded yet.")
NO_CHANGE = Text("Nessun valore è cambiato.", "No value has changed.")

# The past, and who has looked
PAST = Text("Dati registrati, oggi e in passato", "What was recorded, today and in the past")
GIVEN = Text("Che cosa è stato registrato", "What was recorded")
PAST_ON = Text("Com'era il {day}", "How it stood on {day}")
PAST_DAY = Text("Giorno", "Day")
PAST_HELP = Text("Alla fine di quel giorno.", "At the end of that day.")
PAST_SHOW = Text("Mostra", "Show")
PAST_NOT_YET = Text("Quel giorno il caso non c'era ancora.", "The case did not exist that day.")
PAST_BAD_DAY = Text("Scrivere un giorno, fino a oggi.", "Write a day, up to today.")
PAST_EVENTS = Text("dopo {n} eventi", "after {n} events")
BACK_TO_NOW = Text("Torna a com'è adesso", "Back to how it is now")
READERS = Text("Chi ha guardato", "Who has looked")
READERS_LEAD = Text(
    "Chi ha consultato questo caso, dal più recente. Anche questa lettura è registrata.",
    "Who has read this case, the latest first. This reading is recorded too.",
)
READERS_OF_PERSON = Text(
    "Chi ha consultato i dati di questa persona, giorno per giorno. Anche questa lettura è "
    "registrata.",
    "Who has read this person's data, by day. This reading is recorded too.",
)
READER = Text("Chi", "Who")
WHEN = Text("Quando", "When")
SHOWN = Text("Dati visti", "Data shown")
HIDDEN = Text("Dati negati", "Data withheld")
REFUSED = Text("accesso negato", "access refused")
NO_READS = Text("Nessuno ha ancora guardato.", "Nobody has looked yet.")

# List
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
