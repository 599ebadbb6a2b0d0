"""The personal project."""

from protocols.text import Text

TITLE = Text("Progetto personalizzato", "Personal project")
NOT_YET = Text("Il progetto non è ancora stato scritto.", "The project has not been written yet.")
NOT_YET_HELP = Text(
    "Qui si troverà com'è, com'era e chi lo ha firmato.",
    "Here will be how it stands, how it was, and who signed it.",
)
TO_DO = Text("Da fare adesso", "To be done now")
GO_ON = Text("Vai all'attività", "Go to the task")
UP_TO = Text("A chi tocca: {who}", "Up to: {who}")

AS_IT_IS = Text("Com'è adesso", "As it is now")
AS_OF = Text("Versione {n}", "Version {n}")
OLDER = Text(
    "Stai guardando una versione superata.", "You are looking at a version that has been replaced."
)
LATEST = Text("Vai a quella di adesso", "Go to the current one")
PRINT = Text("Stampa (PDF)", "Print (PDF)")
PRINT_TO_SIGN = Text("Stampa da firmare (PDF)", "Print for signing (PDF)")
NOT_SIGNED = Text("Da firmare", "To be signed")
NOT_SIGNED_BUT = Text("Non firmata: {outcome}", "Not signed: {outcome}")
SIGNED_ON = Text("Firmata il {day}", "Signed on {day}")
REMARKS = Text("Su questa modifica", "On this change")

VERSIONS = Text("Le versioni", "Versions")
WRITTEN_BY = Text("{name}, {when}", "{name}, {when}")
SHOW = Text("Leggi", "Read")
SHOW_THIS = Text("Leggi la versione {n}", "Read version {n}")
PRINT_THIS = Text("Stampa la versione {n} (PDF)", "Print version {n} (PDF)")

SIGNATURE = Text("La firma", "The signature")
CONFIRMED_BY = Text("Confermata da {name}, {when}.", "Confirmed by {name}, {when}.")
WITH_PAPER = Text("Il file firmato:", "The signed file:")
WITHOUT_PAPER = Text(
    "Nessun file firmato: fa fede chi ha confermato.",
    "No signed file: it rests on who confirmed it.",
)
WILL_CONFIRM = Text(
    "Nessun file firmato è allegato: resterà scritto che la firma l'hai confermata tu, "
    "{name}, con il giorno e l'ora di adesso.",
    "No signed file is attached: it will say that you, {name}, confirmed the signature, with the "
    "day and time of now.",
)
WILL_CARRY = Text("Con la firma resta questo file:", "The signature will carry this file:")
HOW_TO_SIGN = Text(
    "Stampa il progetto e fallo firmare. Poi allega qui sotto il file firmato, oppure conferma "
    "soltanto: resterà scritto chi ha confermato e quando.",
    "Print the project and have it signed. Then attach the signed file below, or just confirm: it "
    "will say who confirmed it and when.",
)

HOW_TO_SIGN_HERE = Text(
    "Compila, poi stampa dall'ultimo sguardo e fai firmare. Il file firmato si allega qui sotto; "
    "senza, resterà scritto chi ha confermato e quando.",
    "Fill in, then print from the last look and have it signed. The signed file is attached below; "
    "without it, it will say who confirmed it and when.",
)
CHANGED_FROM = Text("Che cosa è cambiato dalla versione {n}", "What changed from version {n}")
NO_CHANGE = Text("Non cambia nulla di quello che c'era.", "Nothing of what was there changes.")
FIELD = Text("Voce", "Item")
BEFORE = Text("Prima", "Before")
AFTER = Text("Dopo", "After")
NOTHING = Text("nulla", "nothing")
KIND = {
    "added": Text("aggiunta", "added"),
    "removed": Text("tolta", "removed"),
    "changed": Text("cambiata", "changed"),
}
STARTS_FROM = Text(
    "Il modulo parte dal progetto com'è ora (versione {n}): cambia solo quello che serve. Prima di "
    "confermare vedrai le differenze.",
    "The form starts from the project as it is (version {n}): change only what is needed. Before "
    "you confirm you will see what differs.",
)

# On paper, in Italian.
PERSON = "Persona"
CASE_NUMBER = "Numero del caso"
VERSION_ROW = "Versione"
WRITTEN_ROW = "Scritta il"
SIGNED_ROW = "Firmata il"
CONFIRMED_ROW = "Confermata da"
PAPER_ROW = "File firmato"
CONTENT = "Il progetto"
OPERATOR_SIGNS = "Per l'équipe, il case manager"
PERSON_SIGNS = "La persona, o chi la rappresenta"
SIGNATURES = "Firme"
PLACE_AND_DAY = "Luogo e data"
