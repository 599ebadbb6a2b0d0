"""What every page may say."""

from protocols.text import Text

PRODUCT = Text("Cantiere", "Cantiere")
TAGLINE = Text("La scrivania dell'équipe", "The équipe's desk")
SKIP = Text("Vai al contenuto", "Skip to content")
SKIP_NAV = Text("Vai al menu", "Skip to the menu")
MENU = Text("Menu principale", "Main menu")
HERE = Text("Percorso", "Breadcrumb")
HOME = Text("Scrivania", "Desk")
CASES = Text("Casi", "Cases")
REFERRALS = Text("Segnalazioni", "Referrals")
NOTICES = Text("Avvisi", "Notices")
PERSON_SEARCH = Text("Cerca persona", "Find a person")
PROFILE = Text("Profilo", "Profile")
LOG_OUT = Text("Esci", "Log out")
LOG_IN = Text("Accedi", "Log in")
MESSAGES = Text("Messaggi", "Messages")
TRAINING = Text(
    "Installazione di prova: persone e casi sono inventati.",
    "Training installation: people and cases are invented.",
)
NO_ASSETS = Text(
    "Mancano i fogli di stile: eseguire «make demo» o «make test» con la rete attiva.",
    "The style sheets are missing: run `make demo` or `make test` with a network.",
)
OTHER_LANGUAGE = Text("English", "Italiano")
IN_OTHER_LANGUAGE = Text("This page in English", "Questa pagina in italiano")
FOOTER = Text("Collegamenti utili", "Useful links")
ACCESSIBILITY = Text("Accessibilità", "Accessibility")
PRIVACY = Text("Privacy", "Privacy")
SERVICE = Text("Il servizio", "The service")
DEVELOPERS = Text("Per i programmi (API)", "For programs (API)")
REQUIRED = Text("obbligatorio", "required")
REQUIRED_NOTE = Text(
    "I campi con l'asterisco (*) sono obbligatori.", "Fields with an asterisk (*) are required."
)
ERRORS_ONE = Text("C'è un dato da correggere", "One thing to correct")
ERRORS_MANY = Text("Ci sono {n} dati da correggere", "{n} things to correct")
CHOOSE = Text("Scegli…", "Choose…")
YES = Text("Sì", "Yes")
NO = Text("No", "No")
SAVE = Text("Salva", "Save")
CONFIRM = Text("Conferma", "Confirm")
CANCEL = Text("Annulla", "Cancel")
BACK = Text("Indietro", "Back")
NEXT_PAGE = Text("Pagina seguente", "Next page")
FIRST_PAGE = Text("Dall'inizio", "From the beginning")
PAGES = Text("Pagine", "Pages")
TO_HOME = Text("Vai alla scrivania", "Go to your desk")
CLOSE = Text("Chiudi", "Close")
WITHHELD = Text("non visibile al tuo ruolo", "not visible to your role")
SUCCESS = Text("Fatto", "Done")
INFO = Text("Nota", "Note")
WARNING = Text("Attenzione", "Careful")
DANGER = Text("Errore", "Error")
OVERDUE = Text("oltre il termine", "overdue")
DUE_TODAY = Text("scade oggi", "due today")
DUE = Text("entro il {day}", "due {day}")
PAUSED = Text("in pausa", "paused")
SEALED = Text("indirizzo protetto", "protected address")
NO_DEADLINE = Text("senza scadenza", "no deadline")
