"""Leaving the path of a protocol, and correcting what was recorded."""

from protocols.text import Text

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
