"""Attaching a document, from wherever one does it."""

from protocols.text import Text

ATTACH = Text("Allega un documento", "Attach a document")
ATTACHED = Text("Documento allegato.", "Document attached.")
FILE = Text("File", "File")
FILE_HELP = Text(
    "PDF, immagini, testi e fogli di calcolo senza macro, fino a {most} MB. Resta cifrato.",
    "PDF, pictures, texts and spreadsheets without macros, up to {most} MB. It is kept encrypted.",
)
TOO_LARGE = Text(
    "Questo file è troppo grande: al massimo {most} MB. Riducilo o dividilo.",
    "This file is too large: {most} MB at most. Make it smaller, or split it.",
)
TITLE = Text("Titolo", "Title")
CATEGORY = Text("Che dati contiene", "What data it holds")
CATEGORY_HELP = Text("Decide chi lo può leggere.", "Decides who may read it.")
SENDING = Text("Invio in corso", "Sending")
