"""Logging in and out, sessions, and what was being typed."""

from protocols.text import Text

TITLE = Text("Accesso", "Log in")
LEAD = Text(
    "La scrivania è riservata a chi lavora nei servizi del territorio.",
    "This desk is for those who work in the territory's services.",
)
ENTER = Text("Entra", "Log in")
ENTER_WITH = Text("Entra con l'identità del tuo ente", "Log in with your organisation's identity")
EXPIRED = Text(
    "La sessione è scaduta per inattività: accedi di nuovo e torni dove eri.",
    "The session has run out: log in again and you are back where you were.",
)
EXPIRED_KEPT = Text(
    "La sessione era scaduta. Quello che stavi scrivendo è conservato: lo ritrovi dopo l'accesso.",
    "The session had run out. What you were typing is kept: you will find it after logging in.",
)
EXPIRED_HERE = Text(
    "La sessione è scaduta: quello che hai scritto è conservato.",
    "The session has run out: what you typed is kept.",
)
ENTER_AGAIN = Text("Accedi di nuovo", "Log in again")
LEFT = Text("Sei uscito. A presto.", "You are logged out. See you soon.")
LEAVING = Text("Sei uscito dalla scrivania", "You have left the desk")
LEAVING_LEAD = Text(
    "Ora si esce anche dal gestore delle identità: altrimenti chi usa questo computer dopo di te "
    "potrebbe rientrare al tuo posto.",
    "Now you log out at the identity provider too: otherwise whoever uses this computer after you "
    "could come in as you.",
)
LEAVE_THERE = Text("Esci anche lì", "Log out there too")
NO_WAY_IN = Text("Nessun modo di entrare è configurato", "No way to log in is configured")
NO_WAY_IN_HELP = Text(
    "Chi gestisce il sistema deve indicare il gestore delle identità (CANTIERE_OIDC_ISSUER).",
    "Whoever runs the system has to name the identity provider (CANTIERE_OIDC_ISSUER).",
)
NOT_SAFE = Text(
    "Questo indirizzo non usa HTTPS: i browser non conserveranno la sessione.",
    "This address does not use HTTPS: browsers will not keep the session.",
)
TRAINING_TITLE = Text("Chi sei oggi?", "Who are you today?")
TRAINING_LEAD = Text(
    "Installazione di prova: scegli una persona inventata e vedi ciò che vede lei.",
    "A training installation: choose an invented person and see what they see.",
)
FIND_PERSON = Text("Cerca per nome, ruolo o luogo", "Find by name, role or place")
FIND = Text("Cerca", "Find")
NOBODY_FOUND = Text("Nessuna persona trovata.", "Nobody was found.")
ENTER_AS = Text("Entra come {name}", "Log in as {name}")
DEPUTY = Text("sostituto", "deputy")

RESUME_TITLE = Text("Riprendi da dove eri", "Take up where you were")
RESUME_LEAD = Text(
    "La sessione era scaduta mentre inviavi un modulo. Nulla è stato registrato, e nulla è perso: "
    "ecco ciò che avevi scritto il {when}.",
    "The session had run out while you were sending a form. Nothing was recorded and nothing is "
    "lost: this is what you had typed on {when}.",
)
RESUME = Text("Riprendi l'invio", "Send it now")
LET_GO_ACTION = Text("Lascia perdere", "Let it go")
LET_GO = Text("Ciò che era in sospeso è stato tolto.", "What was waiting has been removed.")

PROFILE = Text("Il tuo profilo", "Your profile")
ROLES = Text("Ruoli di oggi", "Today's roles")
ROLE = Text("Ruolo", "Role")
SCOPE = Text("Dove", "Where")
SINCE = Text("Dal", "Since")
UNTIL = Text("Al", "Until")
NO_ROLES = Text(
    "Oggi non risulti avere ruoli: chiedi a chi gestisce il personale del territorio.",
    "You hold no role today: ask whoever keeps the territory's staff.",
)
ACTING = Text("Agisco come", "I act as")
ACTING_HELP = Text(
    "Scegliendo un ruolo vedi e fai solo ciò che spetta a quel ruolo.",
    "With one role chosen you see and do only what that role may.",
)
ALL_ROLES = Text("Tutti i miei ruoli", "All my roles")
CHANGE = Text("Cambia", "Change")
ACTING_NOW = Text("Ora agisci come: {role}.", "You now act as: {role}.")
ACTING_ALL = Text("Ora agisci con tutti i tuoi ruoli.", "You now act with all your roles.")
SESSIONS = Text("Dove hai fatto accesso", "Where you are logged in")
SESSIONS_HELP = Text(
    "Una sessione finisce dopo {idle} minuti senza attività e in ogni caso dopo {hours} ore.",
    "A session ends after {idle} minutes without activity and in any case after {hours} hours.",
)
BROWSER = Text("Programma", "Browser")
BEGUN = Text("Accesso", "Logged in")
SEEN = Text("Ultima attività", "Last activity")
THIS_ONE = Text("questa", "this one")
END = Text("Chiudi", "End")
END_THAT = Text("Chiudi la sessione del {when}", "End the session of {when}")
END_ALL = Text("Esci da tutti i dispositivi", "Log out everywhere")
ENDED = Text("La sessione è stata chiusa.", "The session was ended.")
LANGUAGE = Text("Lingua", "Language")
ROLE_GONE = Text("Quel ruolo non è più tuo.", "That role is no longer yours.")

NOT_KNOWN = Text(
    "La tua identità è valida, ma qui non risulti fra il personale.",
    "Your identity is valid, but you are not among the staff here.",
)
NOT_KNOWN_HELP = Text(
    "Chiedi a chi gestisce il personale del territorio di aggiungerti.",
    "Ask whoever keeps the territory's staff to add you.",
)
LOGIN_OLD = Text(
    "Questo accesso è rimasto aperto troppo a lungo, o è già stato usato.",
    "This login stayed open too long, or has been used already.",
)
LOGIN_AGAIN = Text("Ricominciare dall'accesso.", "Begin again from the login page.")
ISSUER_AWAY = Text(
    "Il gestore delle identità non risponde.", "The identity provider does not answer."
)
ISSUER_REFUSED = Text(
    "Il gestore delle identità non ha confermato l'accesso.",
    "The identity provider did not confirm the login.",
)
