"""The first page of the morning."""

from protocols.text import Text

TITLE = Text("La mia scrivania", "My desk")
VIEWS = Text("Quali attività", "Which tasks")
ALL = Text("Tutte le mie", "All mine")
LATE = Text("In ritardo", "Overdue")
TODAY = Text("Scadono oggi", "Due today")
HELD = Text("Prese da me", "Taken by me")
FREE = Text("Da prendere", "To be taken")
OTHERS = Text("Prese da altri", "Taken by others")
WAITING = Text("In attesa di altri", "Waiting on others")
PLACE = Text("Del territorio", "Of my area")
HELP = {
    "": Text("Quello che puoi fare tu, il più urgente prima.", "What you can do, urgent first."),
    "ritardo": Text("Il termine è passato e l'orologio corre.", "The deadline is past."),
    "oggi": Text("Da fare prima che finisca la giornata.", "To be done before the day is over."),
    "prese": Text("Assegnate a te, o prese da te.", "Assigned to you, or taken by you."),
    "libere": Text("Le può prendere chiunque abbia il ruolo.", "For anybody who has the role."),
    "altri": Text("Le potresti fare tu, ma se ne occupa un collega.", "A colleague has them."),
    "attesa": Text(
        "Quello che hai affidato ad altri e, nei casi che segui come case manager, ciò che tocca "
        "a loro.",
        "What you gave to others and, in the cases you manage, what is up to them.",
    ),
    "territorio": Text(
        "Le attività aperte di tutti i casi che puoi vedere.",
        "The open tasks of all cases you may see.",
    ),
}  # fmt: skip
CAPTION = Text("Attività, la più urgente per prima", "Tasks, the most urgent first")
TASK = Text("Attività", "Task")
WHO = Text("Persona", "Person")
BY = Text("Entro", "By")
UP_TO = Text("A chi tocca", "Up to")
ACTIONS = Text("Azioni", "Actions")
TAKE = Text("Prendi", "Take")
TAKE_THIS = Text("Prendi: {title}", "Take: {title}")
RELEASE = Text("Rilascia", "Release")
RELEASE_THIS = Text("Rilascia: {title}", "Release: {title}")
TAKEN = Text("Presa: ora è tra le tue.", "Taken: it is among yours now.")
RELEASED = Text("Rilasciata: la può prendere chi ha il ruolo.", "Released: others may take it.")
GIVEN = Text("Assegnata.", "Assigned.")
ME = Text("tu", "you")
NOBODY = Text("da prendere", "to be taken")
BY_ME = Text("te", "you")
GIVEN_BY = Text("affidata da {name}", "given by {name}")
AS_DEPUTY = Text("come sostituto", "as deputy")
CALLED = Text("chiamato in causa", "called in")
REMINDED = Text("sollecitata", "reminded")
ESCALATED = Text("segnalata ai superiori", "escalated")
PRIORITY = Text("urgente", "urgent")
EPISODE = Text("ritorno n. {n}", "return no. {n}")
UNNAMED = Text("caso {number}", "case {number}")
FILTERS = Text("Filtra", "Filter")
FILTER = Text("Applica i filtri", "Apply the filters")
CLEAR = Text("Togli i filtri", "Clear the filters")
DISTRICT = Text("Distretto", "District")
ROLE = Text("Ruolo", "Role")
STEP = Text("Attività (nome nel protocollo)", "Task (name in the protocol)")
EMPTY = Text("Qui non c'è nulla da fare.", "There is nothing to do here.")
EMPTY_HELP = Text(
    "Quando un caso avrà bisogno di te, comparirà qui.", "When a case needs you, it will be here."
)
EMPTY_FILTERED = Text(
    "Con questi filtri non si trova nulla.", "Nothing is found with these filters."
)
QUESTIONS = Text("Domande aperte", "Open questions")
ASKED_YOU = Text("{name} ti ha fatto una domanda", "{name} asked you something")
YOU_ASKED = Text("Hai chiesto a {name}: aspetti risposta", "You asked {name}: no answer yet")
READ = Text("Leggi e rispondi", "Read and answer")
OPEN_CASE = Text("Vai al caso", "Go to the case")
REFRESHED = Text("Elenco aggiornato.", "List brought up to date.")
CHANGED = Text("Ci sono novità", "There is news")
RELOAD = Text("Aggiorna l'elenco", "Refresh the list")
