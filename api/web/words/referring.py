"""The referring service's door: the form, the last look, the receipt, what became of it."""

from protocols.text import Text

TITLE = Text("Le mie segnalazioni", "My referrals")
LEAD = Text(
    "Le persone che il tuo servizio ha segnalato, e a che punto sono.",
    "The people your service has referred, and where they stand.",
)
NEW = Text("Nuova segnalazione", "New referral")
CAPTION = Text("Segnalazioni, l'ultima per prima", "Referrals, the latest first")
PERSON = Text("Persona", "Person")
NUMBER = Text("Numero", "Number")
SENT_ON = Text("Segnalata il", "Referred on")
STATUS = Text("A che punto è", "Where it stands")
SERVICE = Text("Servizio che segnala", "Referring service")
SERVICE_HELP = Text(
    "Il servizio per cui segnali; se registri una richiesta arrivata da altri, il servizio da cui "
    "arriva.",
    "The service you refer for; if you register a request that came from others, the service it "
    "came from.",
)
SHOW = Text("Mostra", "Show")
NONE = Text("Nessuna segnalazione finora.", "No referrals so far.")
NONE_HELP = Text(
    "Quando segnali una persona, da qui ne segui il percorso.",
    "When you refer somebody, you follow them from here.",
)
DRAFTS = Text("Segnalazioni non finite", "Unfinished referrals")
DRAFT_OF = Text("Bozza salvata il {moment}", "Draft kept on {moment}")
DRAFT_LEFT = Text(
    "La bozza è tua soltanto: si cancella all'invio, o dopo {days} giorni.",
    "The draft is yours alone: it is deleted when sent, or after {days} days.",
)
GO_ON = Text("Riprendi", "Go on")
GO_ON_WITH = Text("Riprendi la bozza del {moment}", "Go on with the draft of {moment}")
DROP = Text("Elimina", "Delete")
DROP_THIS = Text("Elimina la bozza del {moment}", "Delete the draft of {moment}")
DROPPED = Text("Bozza eliminata.", "Draft deleted.")
KEPT = Text("Bozza salvata.", "Draft kept.")
NOT_HERE = Text(
    "Puoi segnalare se lavori in un servizio o in un Comune del territorio.",
    "You may refer if you work in a service or a comune of the area.",
)
NOT_HERE_HELP = Text(
    "Controllare nel profilo con quale ruolo stai agendo.",
    "Check in your profile in which role you are acting.",
)

# ── the form ─────────────────────────────────────────────────────────────────────────────────
FORM_LEAD = Text(
    "Bastano pochi minuti. Prima dell'invio vedrai un riepilogo; quello che scrivi resta salvato "
    "come bozza, che vedi solo tu: si cancella all'invio, o dopo {days} giorni.",
    "It takes a few minutes. You will see a summary before it is sent; what you type is kept as a "
    "draft that only you see: it is deleted when sent, or after {days} days.",
)
ABOUT_WHO = Text("Chi segnala", "Who refers")
PROTOCOL = Text("Per quale percorso", "For which path")
ABOUT_PERSON = Text("La persona", "The person")
IDENTITY = Text("Come la segnali", "How you refer them")
NAMED = Text("Con nome e cognome", "By name")
ANONYMOUS = Text("In forma anonima, con uno pseudonimo", "Anonymously, by a pseudonym")
IDENTITY_HELP = Text(
    "Chi segue un percorso per dipendenze può restare anonimo (DPR 309/1990, art. 120).",
    "Somebody treated for addiction may stay anonymous (DPR 309/1990, art. 120).",
)
LAST_NAME = Text("Cognome", "Family name")
FIRST_NAME = Text("Nome", "Given name")
PSEUDONYM = Text("Pseudonimo", "Pseudonym")
PSEUDONYM_HELP = Text(
    "Un codice del tuo servizio che non faccia capire chi è. Lo stesso, se la segnali di nuovo.",
    "A code of your service that gives nothing away. The same one if you refer them again.",
)
TAX_CODE = Text("Codice fiscale", "Tax code")
TAX_CODE_HELP = Text(
    "16 lettere e cifre. Se non ce l'hai, lascia vuoto: il Comune lo chiederà.",
    "16 letters and digits. Leave it empty if you have none: the comune will ask.",
)
BIRTH_DATE = Text("Data di nascita", "Date of birth")
SEX = Text("Sesso", "Sex")
SEXES = {
    "F": Text("Femmina", "Female"),
    "M": Text("Maschio", "Male"),
    "X": Text("Altro, o preferisce non dirlo", "Other, or prefers not to say"),
}
CITIZENSHIP = Text("Cittadinanza", "Citizenship")
CONTACTS = Text("Dove si trova e come si raggiunge", "Where they live and how to reach them")
COMUNE = Text("Comune di residenza", "Comune of residence")
COMUNE_HELP = Text(
    "Decide quale sportello riceve la segnalazione.", "It decides which desk gets the referral."
)
ELSEWHERE = Text("Un altro Comune, fuori da questo territorio", "Another comune, outside this area")
OUTSIDE = Text(
    "fuori territorio: da qui non si può segnalare", "outside the area: it cannot be referred here"
)
NOT_OURS = Text(
    "lo segnala lo sportello di quel Comune, o il servizio per cui lavori",
    "to be referred by that comune's desk, or by the service you work for",
)
OUTSIDE_TITLE = Text("Fuori territorio", "Outside the area")
OUTSIDE_HELP = Text(
    "Se ne occupa il Comune dove la persona risiede: indirizzala al servizio sociale o al "
    "segretariato sociale di quel Comune. Qui non è stato registrato nulla. Se invece abita in uno "
    "dei Comuni in elenco, sceglilo.",
    "The comune where the person lives is in charge: send them to its social services. Nothing has "
    "been registered here. If they do live in one of the comuni listed, choose it.",
)
PHONE = Text("Telefono", "Telephone")
EMAIL = Text("Posta elettronica", "E-mail")
ADDRESS = Text("Indirizzo", "Address")
PROTECTED = Text("L'indirizzo va tenuto segreto", "The address must be kept secret")
PROTECTED_HELP = Text(
    "Per chi rischia, se si sa dove si trova. Comune e indirizzo li vedrà solo chi se ne prende "
    "cura.",
    "For whoever is in danger if found. Only those who care for them will see comune and address.",
)
SITUATION = Text("La situazione", "The situation")
REFERRED_ON = Text("Giorno della segnalazione", "Day of the referral")
ATTRIBUTES = Text("Segna ciò che vale", "Mark what is true")
ATTRIBUTES_HELP = Text(
    "Cambia chi viene coinvolto e quanto in fretta. Se non sai, lascia vuoto.",
    "It changes who is involved and how fast. Leave empty what you do not know.",
)
ATTRIBUTE = {
    "minor": Text("È minorenne", "Is a minor"),
    "guardian": Text(
        "Ha un tutore o un amministratore di sostegno", "Has a guardian or support administrator"
    ),
    "violence": Text("Subisce violenza, o ne è minacciata", "Suffers or is threatened by violence"),
    "housing_emergency": Text(
        "È senza casa, o sta per perderla", "Has no home, or is about to lose it"
    ),
    "disability": Text("Ha una disabilità riconosciuta", "Has a recognised disability"),
    "urgent": Text("Non può aspettare i tempi normali", "Cannot wait the usual time"),
}
MEASURE = Text("Misura di sostegno al reddito", "Income support")
MEASURES = {
    "ADI": Text("Assegno di inclusione (ADI)", "Inclusion allowance (ADI)"),
    "SFL": Text("Supporto formazione e lavoro (SFL)", "Training and work support (SFL)"),
    "RDC": Text("Reddito di cittadinanza (RdC)", "Citizens' income (RdC)"),
}
NO_MEASURE = Text("Nessuna, o non si sa", "None, or not known")
ACCOUNT = Text("Perché la segnali", "Why you refer them")
ACCOUNT_HELP = Text(
    "Che cosa succede, che cosa serve, che cosa è già stato fatto. Lo legge il servizio sociale: "
    "niente diagnosi né dati clinici.",
    "What is happening, what is needed, what has been done. Social services read it: no diagnosis, "
    "no clinical data.",
)
KNOWS = Text("La persona sa della segnalazione?", "Does the person know of the referral?")
KNOWS_HELP = Text(
    "Senza il suo assenso il Comune può darti solo una consulenza.",
    "Without their agreement the comune can only advise you.",
)
KNOWN = {
    "yes": Text("Sì, ed è d'accordo", "Yes, and agrees"),
    "no": Text("No, o non è d'accordo", "No, or does not agree"),
}
KNOWN_WRITTEN = {
    "yes": Text(
        "La persona sa della segnalazione ed è d'accordo.",
        "The person knows of the referral and agrees.",
    ),
    "no": Text(
        "La persona non sa della segnalazione, o non è d'accordo.",
        "The person does not know of the referral, or does not agree.",
    ),
}
TO_LAST_LOOK = Text("Vai al riepilogo", "Go to the summary")
MISSING = Text("serve una risposta", "an answer is needed")
NOT_A_DAY = Text("deve essere una data come 31/03/2026", "it must be a day like 31/03/2026")
NOT_LISTED = Text("scegliere tra le voci in elenco", "choose one of those listed")
AT_FIELD = Text("{field}: {message}", "{field}: {message}")

# ── the last look ────────────────────────────────────────────────────────────────────────────
LAST_LOOK = Text("Riepilogo prima dell'invio", "Summary before sending")
LAST_LOOK_LEAD = Text(
    "Rileggi con calma: non è ancora partito nulla.", "Read it over: nothing has been sent yet."
)
CHANGE = Text("Correggi", "Change")
SEND = Text("Invia la segnalazione", "Send the referral")
GOES_TO = Text(
    "La riceve «{desk}» ({district}).", "It goes to “{desk}” ({district})."
)  # fmt: skip
TWINS = Text("Forse è già registrata", "Perhaps registered already")
TWINS_HELP = Text(
    "Nulla si unisce da sé. Se è la stessa persona e ha già un caso aperto, aggiungi lì quello che "
    "sai; altrimenti invia pure.",
    "Nothing is joined by itself. If it is the same person with an open case, add what you know "
    "there; otherwise go on and send.",
)
TWIN = Text("Persona che potrebbe essere la stessa", "Somebody who may be the same")
LIKELY = Text("somiglianza {score} su 100", "likeness {score} of 100")
BORN = Text("nata o nato il {day}", "born on {day}")
OPEN_CASE = Text("Apri il caso {number}", "Open case {number}")
NOTHING_SENT = Text("Non è stato inviato nulla.", "Nothing was sent.")
THEIR_CASE = Text("Apri il caso che c'è già", "Open the case that is there")

# ── the receipt ──────────────────────────────────────────────────────────────────────────────
RECEIPT = Text("Ricevuta della segnalazione", "Receipt of the referral")
RECEIVED = Text("Segnalazione inviata", "Referral sent")
RECEIVED_LEAD = Text(
    "È registrata con il numero {number}. Conserva questa pagina o stampala.",
    "It is registered under number {number}. Keep this page or print it.",
)
FULL_NUMBER = Text("Numero completo", "Full number")
SENT_AT = Text("Inviata il", "Sent on")
RECEIVED_BY = Text("La riceve", "Received by")
REFERRED_BY = Text("Segnalata da", "Referred by")
ON_PAPER = Text("Scarica la ricevuta (PDF)", "Download the receipt (PDF, in Italian)")
NEXT = Text("Che cosa succede adesso", "What happens now")
BY_DAY = Text("entro il {day}", "by {day}")
AT_COMUNE = Text("Comune di {name}", "Comune of {name}")
THEN_ANSWER = Text(
    "Ti viene dato riscontro: lo stato della segnalazione si legge in questa area.",
    "You get an answer: the state of the referral can be read here.",
)
THEN_ASK = Text(
    "Se manca qualcosa, il servizio sociale te lo chiede qui: la segnalazione lo mostra come "
    "«integrazione richiesta».",
    "If something is missing, social services ask you here: the referral then says “more is asked "
    "for”.",
)
THEN_RIGHTS = Text(
    "Dai alla persona il volantino del servizio: dice quali diritti ha.",
    "Give the person the service's leaflet: it says which rights they have.",
)
LEAFLET = Text("Volantino (PDF)", "Leaflet (PDF)")
FOLLOW = Text("Segui la segnalazione", "Follow the referral")
ANOTHER = Text("Fai un'altra segnalazione", "Make another referral")
TO_LIST = Text("Vai alle segnalazioni", "Go to the referrals")

# ── what became of it ────────────────────────────────────────────────────────────────────────
ONE = Text("Segnalazione {number}", "Referral {number}")
PATH = Text("Il percorso, a grandi tappe", "The path, in its main stages")
STAGE_DONE = Text("fatta", "done")
STAGE_NOW = Text("adesso", "now")
STAGE_LATER = Text("poi", "later")
DATA = Text("La segnalazione", "The referral")
MINE = Text("Tocca al tuo servizio", "Up to your service")
DO_IT = Text("Compila", "Fill in")
DO_THIS = Text("Compila: {title}", "Fill in: {title}")
OPEN_NOW = Text("Che cosa si sta facendo", "What is being done")
TO_CASE = Text("Vai al caso", "Go to the case")
TO_RECEIPT = Text("Ricevuta", "Receipt")
PLACE = Text("Comune", "Comune")
ENDED = Text("Conclusa", "Ended")
ENDED_HELP = Text("Il percorso è finito: {reason}.", "The path is over: {reason}.")
MORE_ASKED = Text("Integrazione richiesta", "More is asked for")
MORE_ASKED_HELP = Text(
    "La segnalazione è incompleta: guarda che cosa manca e, se tocca al tuo servizio, completala; "
    "alle domande rispondi da qui.",
    "The referral is incomplete: see what is missing and, where it is your service's turn, "
    "complete it; questions are answered here.",
)
ASKED = Text("Domanda per voi", "A question for you")
ASKED_HELP = Text(
    "Chi segue il caso aspetta una vostra risposta.", "Those on the case wait for your answer."
)
STOPPED = Text("In pausa", "Paused")
STOPPED_HELP = Text(
    "Il percorso è sospeso e riprenderà da dove era.", "The path is suspended and will go on."
)
GOING = Text("In corso", "Under way")
GOING_HELP = Text("Il percorso va avanti: {stage}.", "The path goes on: {stage}.")

# ── questions ────────────────────────────────────────────────────────────────────────────────
QUESTIONS = Text("Domande e risposte", "Questions and answers")
NO_QUESTIONS = Text("Nessuna domanda finora.", "No questions so far.")
FROM_TO = Text("{who} a {whom}", "{who} to {whom}")
WAITS = Text("aspetta risposta", "waits for an answer")
IS_ANSWER = Text("risposta", "answer")
ANSWER = Text("La tua risposta", "Your answer")
ANSWER_TO = Text("Rispondi", "Answer")
ASK = Text("Scrivi a chi segue il caso", "Write to those on the case")
ASK_HELP = Text(
    "Lo legge chi può leggere i dati sociali del caso: niente diagnosi né dati clinici.",
    "Read by those who may read the case's social data: no diagnosis, no clinical data.",
)
WHOM = Text("A chi", "To whom")
WHOM_HELP = Text(
    "Se scegli qualcuno è una domanda, e aspetta la sua risposta.",
    "If you choose somebody it is a question, and waits for their answer.",
)
ALL = Text("A tutti, senza chiedere risposta", "To all, no answer needed")
TEXT = Text("Messaggio", "Message")
SEND_TEXT = Text("Invia", "Send")
SENT = Text("Inviato.", "Sent.")
