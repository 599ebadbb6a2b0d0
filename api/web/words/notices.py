"""What somebody is told, and how they want to be told."""

from protocols.text import Text

TITLE = Text("Avvisi", "Notices")
UNREAD = Text("{n} da leggere", "{n} to read")
UNREAD_MANY = Text("{n} o più da leggere", "{n} or more to read")
ALL_READ = Text("Segna tutti come letti", "Mark all as read")
READ_NOW = Text("Avvisi segnati come letti.", "Notices marked as read.")
LIST = Text("Avvisi, il più recente per primo", "Notices, the latest first")
NEW = Text("da leggere", "not read")
OPEN = Text("Apri", "Open")
OPEN_THIS = Text("Apri: {title}", "Open: {title}")
EMPTY = Text("Nessun avviso.", "No notices.")
EMPTY_HELP = Text(
    "Quando qualcosa aspetterà te, lo leggerai qui.", "When something waits for you, it is here."
)
OVER = Text("non c'è più da farla", "no longer to be done")
EARLIER = Text("e {n} avvisi prima", "and {n} notices before")
EARLIER_ONE = Text("e un avviso prima", "and one notice before")
HIDDEN = Text(
    "Un avviso su un caso che ora non puoi vedere", "A notice about a case you may not see now"
)
CASE = Text("caso {number}", "case {number}")
KINDS = {
    "opened": Text("Da fare", "To be done"),
    "assigned": Text("Assegnata a te", "Assigned to you"),
    "reminded": Text("Si avvicina il termine", "The deadline is near"),
    "escalated": Text("Termine passato", "Past its deadline"),
    "asked": Text("Ti hanno fatto una domanda", "You have been asked something"),
    "answered": Text("Ti hanno risposto", "You have been answered"),
    "emergency": Text("Accesso d'emergenza a un caso", "Emergency access to a case"),
    "moved": Text("Il caso segue una nuova versione", "The case follows a new version"),
    "expiring": Text(
        "Sta per scadere un'autorizzazione a comunicare i dati",
        "A disclosure authorisation is about to expire",
    ),
    "expired": Text(
        "È scaduta un'autorizzazione a comunicare i dati", "A disclosure authorisation has expired"
    ),
    "restricted": Text(
        "Trattamento limitato: per ora sul caso non si può lavorare",
        "Processing is restricted: the case may not be worked on for now",
    ),
    "eased": Text(
        "Puoi lavorare sul caso, anche se il trattamento è limitato",
        "You may work on the case although processing is restricted",
    ),
    "lifted": Text(
        "La limitazione è finita: sul caso si può lavorare di nuovo",
        "The restriction is over: the case may be worked on again",
    ),
}
LABELS = {
    "reminded": ("warning", Text("promemoria", "reminder")),
    "escalated": ("danger", Text("in ritardo", "overdue")),
    "emergency": ("danger", Text("emergenza", "emergency")),
    "expiring": ("warning", Text("in scadenza", "expiring")),
    "expired": ("danger", Text("scaduta", "expired")),
    "restricted": ("danger", Text("limitato", "restricted")),
}
FAILED = Text(
    "Un messaggio di posta per te non è partito ({when}): avvisa chi gestisce il sistema.",
    "A mail for you could not be sent ({when}): tell whoever runs the system.",
)
PREFERENCES = Text("Come vuoi essere avvisato", "How you want to be told")
MAIL = Text("Posta elettronica, subito", "Mail, at once")
MAIL_HELP = Text(
    "I messaggi non dicono nulla dei casi: c'è solo il collegamento a questa pagina.",
    "The messages say nothing of cases: they hold only the link to this page.",
)
MAIL_EACH = Text("Per ogni avviso", "For every notice")
MAIL_IMPORTANT = Text(
    "Solo se mi assegnano un'attività, mi fanno una domanda, passa un termine, c'è un accesso "
    "d'emergenza o il trattamento dei dati viene limitato",
    "Only when I am given a task or asked, a deadline passes, there is an emergency access, or "
    "processing is restricted",
)
MAIL_NEVER = Text("Mai", "Never")
DIGEST = Text("Riepilogo del giorno", "Daily digest")
DIGEST_HELP = Text(
    "Un messaggio al giorno con quanti avvisi non hai letto; nessuno se li hai letti tutti.",
    "One mail a day with how many notices you have not read; none if you have read them all.",
)
NO_DIGEST = Text("Nessun riepilogo", "No digest")
NO_MAIL = Text(
    "Qui la posta non è configurata: gli avvisi si leggono solo in questa pagina.",
    "Mail is not set up here: notices are read on this page only.",
)
NO_ADDRESS = Text(
    "Chi gestisce il sistema non ha ancora indicato il tuo indirizzo di posta.",
    "Whoever runs the system has not yet named your mail address.",
)
SAVED = Text("Scelta salvata.", "Choice saved.")
CALENDAR = Text("Le scadenze nel tuo calendario", "Deadlines in your calendar")
CALENDAR_HELP = Text(
    "Un indirizzo privato da dare al tuo programma di calendario (iCalendar). Contiene attività e "
    "numero del caso, mai nomi. Chi ha l'indirizzo vede le tue scadenze: non darlo a nessuno.",
    "A private address to give to your calendar program (iCalendar). It holds tasks and case "
    "numbers, never names. Whoever has the address sees your deadlines: give it to nobody.",
)
CALENDAR_ON = Text("Attivo dal {when}.", "Active since {when}.")
CALENDAR_USED = Text("Letto l'ultima volta: {when}.", "Last read: {when}.")
CALENDAR_ADDRESS = Text("Indirizzo del calendario", "Calendar address")
CALENDAR_ONCE = Text(
    "Copialo ora: non sarà più mostrato. L'indirizzo precedente, se c'era, non vale più.",
    "Copy it now: it is not shown again. The address before it, if any, is no longer valid.",
)
CALENDAR_MAKE = Text("Crea l'indirizzo", "Make the address")
CALENDAR_RENEW = Text("Crea un nuovo indirizzo", "Make a new address")
CALENDAR_REVOKE = Text("Disattiva il calendario", "Switch the calendar off")
CALENDAR_REVOKED = Text(
    "Calendario disattivato: l'indirizzo non vale più.",
    "Calendar switched off: its address is no longer valid.",
)
DEADLINES = Text("Cantiere: scadenze", "Cantiere: deadlines")
SOMETHING_DUE = Text("Scadenza in Cantiere", "Due in Cantiere")
NO_CALENDAR = Text("Questo calendario non c'è.", "There is no such calendar.")
WRONG_CHOICE = Text("scegliere una delle voci", "choose one of the entries")
