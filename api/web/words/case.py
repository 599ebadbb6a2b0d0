"""The page of a case."""

from protocols.text import Text

NUMBER = Text("Caso {number}", "Case {number}")
NUMBER_SHORT = Text("caso {number}", "case {number}")
UNNAMED = Text("Persona senza nome visibile", "Person whose name is not visible")
ON_THIS_PAGE = Text("In questa pagina", "On this page")
OPEN_STATE = Text("aperto", "open")
ENDED_STATE = Text("chiuso", "closed")
ENDED_ON = Text("Chiuso il", "Closed on")
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
}
OFF_THE_PATH = Text("Non previste in questo percorso", "Not needed on this path")
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
CATEGORY = Text("Che dati contiene", "What data it holds")
CATEGORY_HELP = Text("Decide chi lo può leggere.", "Decides who may read it.")
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

# What one may do
HAPPENED = Text("È successo qualcosa?", "Has something happened?")
UNDER_WAY = Text("In ciò che è in corso", "In what is under way")
ANY_TIME = Text("In qualunque momento", "At any time")
FOR_GOOD = Text("Chiude il caso per sempre", "Closes the case for good")
NOT_NOW = Text("Adesso non possibile", "Not possible now")
RECORD = Text("Registra", "Record")
RECORDED = Text("Registrato.", "Recorded.")
FINAL = Text(
    "Resta nella storia del caso e non si può togliere.",
    "It stays in the case's history and cannot be taken away.",
)
RECORDED_TODAY = Text(
    "Oggi è già registrato: alle {at}, {name}.", "Already recorded today: at {at}, {name}."
)
RECORDED_TODAY_MORE = Text(
    "Registralo di nuovo solo se è accaduto un'altra volta.",
    "Record it again only if it has happened once more.",
)
ENDS_CASE = Text("Chiude il caso.", "It closes the case.")
ENDS_SILENTLY = Text(
    "Chiude il caso senza altre comunicazioni a nessuno.",
    "It closes the case, and nothing more is sent to anybody.",
)
WITHDRAWS = Text("Non sarà più da fare: {titles}.", "What will no longer be done: {titles}.")
PAUSES_CLOCKS = Text("Sospende i termini.", "It pauses the clocks.")
OPENS_TASK = Text("Apre: «{title}».", "It opens: “{title}”.")
CONFIRM_ENDING = Text("Confermo: chiude il caso", "I confirm: it closes the case")
CONFIRM_NEEDED = Text("Confermare che il caso si chiude.", "Confirm that the case closes.")
MORE = Text("Altro", "More")
