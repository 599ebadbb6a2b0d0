"""Adding somebody to an open activity."""

from protocols.text import Text

ADD = Text("Aggiungi una persona", "Add somebody")
LEAD = Text(
    "Per le attività che ognuno fa per sé, come la valutazione: ne apre una in più, con i suoi "
    "termini. Chi sostituisce qualcuno non va aggiunto: gli si passa l'attività dalla scrivania.",
    "For activities that each does for themself, as the assessment: one more is opened, with its "
    "own deadline. Who stands in for somebody is not added: the task is passed on from the desk.",
)
STEP = Text("A quale attività", "To which activity")
MEMBER = Text("Chi", "Who")
ADDED = Text("Persona aggiunta.", "Added.")
CHOOSE_STEP = Text("Scegliere un'attività aperta.", "Choose an open activity.")
CHOOSE_MEMBER = Text("Scegliere chi si aggiunge.", "Choose who is added.")
NOTHING_OPEN = Text(
    "Adesso non c'è un'attività a cui tu possa aggiungere qualcuno.",
    "There is no activity now to which you may add somebody.",
)
ASK_COORDINATOR = Text("Chiedere al case manager.", "Ask the case manager.")
