"""Doing a task."""

from protocols.text import Text

CASE = Text("Caso {number}", "Case {number}")
OPENED_BY = Text("Aperta", "Opened")
DUE = Text("Entro", "By")
UP_TO = Text("A chi tocca", "Up to")
LEGAL_BASIS = Text("Termine di legge", "Set by law")
ROUND_OF = Text("Di nuovo", "Again")
ROUND = Text("{n}ª volta", "time no. {n}")
HELD_BY = Text("Se ne occupa {name}.", "{name} is doing it.")
NOT_YOURS = Text(
    "Questa attività tocca a {role} ({place}): puoi leggerla, non farla.",
    "This task is up to {role} ({place}): you may read it, not do it.",
)
WHO_MAY = Text("Lo può fare: {names}.", "It may be done by: {names}.")
AUTOMATIC = Text(
    "La fa il programma da solo. Tocca a una persona solo se non ci riesce.",
    "The program does it. It comes to a person only if the program cannot.",
)
SCHEDULED = Text(
    "Non è ancora il momento: si apre il {when}.", "It is not time yet: it opens on {when}."
)
PAUSED = Text(
    "Il caso è in pausa: i termini non corrono.", "The case is paused: no deadline is running."
)
DONE_TITLE = Text("Conclusa", "Completed")
DONE = Text(
    "Conclusa il {when} da {name}, con esito «{outcome}».",
    "Completed on {when} by {name}, with outcome “{outcome}”.",
)
DONE_PLAIN = Text("Conclusa il {when} da {name}.", "Completed on {when} by {name}.")
OUT = Text(
    "Non serve più: il caso ha preso un'altra strada.",
    "It is no longer needed: the case has taken another way.",
)
YOURS_NOT_RECORDED = Text(
    "Quello che avevi scritto non è stato registrato, ma è ancora qui sotto.",
    "What you had typed was not recorded, but it is still here below.",
)
YOURS = Text("Quello che avevi scritto", "What you had typed")
LET_GO = Text("Butta via quello che avevo scritto", "Throw away what I had typed")
ANSWERS = Text("Che cosa è stato registrato", "What was recorded")
NOW_OPEN = Text("Che cosa c'è da fare ora nel caso", "What there is to do in the case now")
TO_CASE = Text("Vai al caso", "Go to the case")
TO_DESK = Text("Torna alla scrivania", "Back to your desk")

OUTCOME = Text("Come si è conclusa?", "How did it end?")
ENTAILS_END = Text("Chiude il caso.", "Ends the case.")
ENTAILS_AGAIN = Text("Si torna a: {step}.", "Goes back to: {step}.")
ENTAILS_REQUIRED = Text("Serve: {fields}.", "Needed: {fields}.")
WHY_NOT = Text("Ora non si può: {why}.", "Not possible now: {why}.")
LATE = Text("È avvenuto prima di oggi?", "Did it happen before today?")
WHEN = Text("Quando è avvenuto", "When it happened")
WHEN_HELP = Text(
    "Solo se lo stai registrando in ritardo. Se lasci vuoto vale adesso.",
    "Only if you are recording it late. Left empty it is now.",
)
WHEN_WRONG = Text(
    "scrivere giorno e ora, per esempio 31/03/2026 09:30",
    "write day and time, as 31/03/2026 09:30",
)
CHOOSE_OUTCOME = Text("Scegli come si è conclusa", "Choose how it ended")
REVIEW = Text("Controlla e conferma", "Check and confirm")
SAVE_DRAFT = Text("Salva la bozza", "Save the draft")
DRAFT_SAVED = Text("Bozza salvata: la ritrovi quando torni.", "Draft saved: it will be here.")
DRAFT_AT = Text("Bozza salvata: {when}.", "Draft saved: {when}.")
DRAFT_FROM = Text(
    "Hai una bozza del {when}: continui da lì.", "You go on from your draft of {when}."
)
DRAFT_HELP = Text(
    "Quello che scrivi si conserva da solo. Nulla è registrato finché non confermi.",
    "What you type is kept by itself. Nothing is recorded until you confirm.",
)
DRAFT_NO_SCRIPT = Text(
    "Nulla è registrato finché non confermi. Con «Salva la bozza» lo ritrovi quando torni.",
    "Nothing is recorded until you confirm. “Save the draft” keeps it for later.",
)
DISCARD = Text("Ricomincia da capo", "Start afresh")
DISCARDED = Text("La bozza è stata tolta.", "The draft was removed.")

LAST_LOOK = Text("Ultimo sguardo", "A last look")
LAST_LOOK_HELP = Text(
    "Non è ancora registrato. Dopo la conferma non si cancella: si corregge con una motivazione.",
    "It is not recorded yet. Once confirmed it is not deleted; corrections need a reason.",
)
CHOSEN = Text("Esito", "Outcome")
HAPPENED = Text("Avvenuto il", "Happened on")
WILL_OPEN = Text("Dopo la conferma si apre", "Confirming opens")
WILL_END = Text("Dopo la conferma il caso si chiude.", "Confirming ends the case.")
WILL_NOTHING = Text("Non si apre nient'altro.", "Nothing else opens.")
WILL_WAIT_SECOND = Text(
    "La tua è la prima firma: l'attività si conclude con quella di un'altra persona.",
    "Yours is the first signature: the task is completed by another person's.",
)
EDIT = Text("Modifica", "Change")
CONFIRM = Text("Conferma e registra", "Confirm and record")
RECORDED = Text("Registrato.", "Recorded.")
SIGNED = Text(
    "La tua firma è registrata. Manca la seconda.", "Your signature is recorded. One more."
)
NEWS = Text("Mentre scrivevi, nel caso:", "While you were typing, in the case:")
NEWS_HELP = Text(
    "Controlla se cambia qualcosa per te, poi conferma.",
    "See whether it changes anything for you, then confirm.",
)
MOVED = Text(
    "Il caso è andato avanti mentre controllavi. Non è stato registrato nulla.",
    "The case moved on while you were checking. Nothing was recorded.",
)

SIGNATURE = Text("Prima firma", "First signature")
SIGNED_BY = Text(
    "{name} ha firmato il {when}, con esito «{outcome}».",
    "{name} signed on {when}, with outcome “{outcome}”.",
)
SIGN_TOO = Text("Firma anche tu", "Sign too")
SIGN_OTHER = Text(
    "Se non sei d'accordo compila il modulo: la tua diventa la prima firma.",
    "If you disagree fill in the form: yours becomes the first signature.",
)
WAITS_SECOND = Text(
    "Hai firmato: serve la firma di un'altra persona.", "You signed: another person has to sign."
)

ASSIGN = Text("Affida a un altro", "Give it to somebody else")
ASSIGN_TO = Text("A chi", "To whom")
ASSIGN_WHY = Text("Perché", "Why")
ASSIGN_DO = Text("Affida", "Give")
GIVEN = Text("Affidata", "Given")
GIVEN_BY = Text("da {name}, {when}", "by {name}, {when}")
GIVE_BACK = Text("Restituisci a {name}", "Give back to {name}")
TAKE_BACK = Text("Riprendila", "Take it back")
HELP = Text("Chiedi a un collega", "Ask a colleague")

KNOWN = Text("Che cosa si sa già", "What is known already")
KNOWN_LINE = Text("{name}, {when}", "{name}, {when}")
NOTHING_KNOWN = Text("Ancora nulla.", "Nothing yet.")
COMPARED = Text("A confronto: {title}", "Compared: {title}")
COMPARED_HELP = Text(
    "Le righe segnate sono quelle in cui le risposte differiscono.",
    "Marked rows are those in which the answers differ.",
)
QUESTION = Text("Domanda", "Question")
DIFFERS = Text("differiscono", "they differ")
NO_ANSWER = Text("nessuna risposta", "no answer")
STILL_MISSING = Text("Non hanno ancora risposto: {names}.", "No answer yet from: {names}.")

ATTACHMENTS = Text("Allegati", "Attachments")
NO_ATTACHMENTS = Text("Nessun documento per questa attività.", "No documents for this task.")
DOCUMENT = Text("Documento", "Document")

PRINT = Text("Stampa (PDF)", "Print (PDF)")
PERSON = Text("Persona", "Person")
CASE_NUMBER = Text("Numero del caso", "Case number")
RECORDED_ON = Text("Registrato il", "Recorded on")
RECORDED_BY = Text("Da", "By")
PRINTED_ON = Text("Stampato il {when}", "Printed on {when}")
PRINTED_BY = Text(
    "Caso {number} – stampato il {when} da {who}", "Case {number} – printed on {when} by {who}"
)
WITHHELD_ON_PAPER = Text(
    "non visibile al ruolo di chi ha stampato", "not visible to the role of who printed this"
)
SIGNATURES = Text("Firme", "Signatures")
PERSON_SIGNS = Text("La persona, o chi la rappresenta", "The person, or whoever represents them")
