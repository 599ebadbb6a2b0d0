"""A case in the past, what changed since, and who has looked at it."""

from protocols.text import Text

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

# Two moments
COMPARE = Text("Che cosa è cambiato", "What has changed")
FROM_END_OF = Text("Dalla fine del giorno", "From the end of the day")
TO_END_OF = Text("Alla fine del giorno", "To the end of the day")
WRONG_ORDER = Text(
    "Il primo giorno viene dopo il secondo: scambiarli.",
    "The first day is after the second: exchange them.",
)
EVENTS_BETWEEN = Text("{n} eventi fra i due momenti.", "{n} events between the two moments.")
EVENT_BETWEEN = Text("Un evento fra i due momenti.", "One event between the two moments.")
NO_CHANGE = Text(
    "Fra i due momenti non è cambiato nulla.", "Nothing has changed between the two moments."
)
THE_CASE = Text("Il caso", "The case")
OPENED = Text("È stato aperto.", "It was opened.")
ENDED = Text("È stato chiuso.", "It was closed.")
REOPENED = Text("È stato riaperto.", "It was opened again.")
EPISODES = Text("Ritorno: da n. {was} a n. {now}.", "Return: from no. {was} to no. {now}.")
MIGRATED = Text("Protocollo: da {was} a {now}.", "Protocol: from {was} to {now}.")
PAUSED = Text("I termini sono sospesi.", "The clocks are paused.")
RESUMED = Text("I termini corrono di nuovo.", "The clocks run again.")
ESTABLISHED = Text("Che cosa si è stabilito", "What was established")
STEPS = Text("Passi del percorso", "Steps of the path")
TASKS = Text("Attività, chi le ha e per quando", "Tasks, who has them and by when")
DATA = Text("Dati scritti o corretti", "Data written or corrected")
DATA_HELP = Text(
    "Solo quali; i valori che puoi vedere sono qui:",
    "Only which; the values that you may see are here:",
)
SEE_THEN = Text("com'era quel giorno", "how it stood that day")
WHAT = Text("Che cosa", "What")
WAS = Text("Prima", "Before")
IS = Text("Dopo", "After")
STATUS = {
    "": Text("non prevista", "not there"),
    "waiting": Text("da fare", "to come"),
    "open": Text("aperta", "open"),
    "done": Text("fatta", "done"),
    "out": Text("non serve", "not needed"),
}
TASK_CHANGES = {
    "opened": Text("aperta", "opened"),
    "scheduled": Text("prevista", "scheduled"),
    "done": Text("fatta", "done"),
    "withdrawn": Text("ritirata", "withdrawn"),
    "holder": Text("chi l'ha", "who has it"),
    "deadline": Text("il termine", "the deadline"),
}
