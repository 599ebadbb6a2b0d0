"""What the reader of documents refuses, said with its remedy."""

import re

from protocols.text import Text

TOO_LARGE = Text(
    "Documento troppo grande: il limite è 1 MB. Dividilo in più documenti.",
    "The document is too large: the limit is 1 MB. Split it.",
)
NOT_UTF8 = Text(
    "Il testo non è in UTF-8. Salva il file con codifica UTF-8.",
    "The text is not UTF-8. Save the file with UTF-8 encoding.",
)
UNREADABLE = Text("Il testo non è leggibile come YAML.", "The text cannot be read as YAML.")
NOT_A_MAPPING = Text(
    "Il documento deve contenere righe «nome: valore».",
    "The document must be made of “name: value” lines.",
)
SECOND_DOCUMENT = Text(
    "Il file contiene più documenti. Togli la riga «---» o «...» e ciò che la segue.",
    "The file holds several documents. Remove the “---” or “...” line and what follows it.",
)
ALIAS = Text(
    "I rimandi YAML («*nome») non sono ammessi. Scrivi il contenuto per esteso, o metti tra "
    "virgolette un testo che comincia con un asterisco.",
    "YAML aliases (“*name”) are not accepted. Write the content out, or quote a text that begins "
    "with an asterisk.",
)
ANCHOR = Text(
    "Le ancore YAML («&nome») non sono ammesse. Toglila, o metti tra virgolette un testo che "
    "comincia con «&».",
    "YAML anchors (“&name”) are not accepted. Remove it, or quote a text that begins with “&”.",
)
TAG = Text(
    "I tipi YAML («!nome») non sono ammessi. Toglilo, o metti tra virgolette un testo che comincia "
    "con «!».",
    "YAML tags (“!name”) are not accepted. Remove it, or quote a text that begins with “!”.",
)
MERGE_KEY = Text(
    "La fusione YAML («<<») non è ammessa. Scrivi le voci per esteso.",
    "The YAML merge key (“<<”) is not accepted. Write the entries out.",
)
EMPTY_KEY = Text("Manca il nome prima dei due punti.", "The name before the colon is missing.")
KEY_NOT_TEXT = Text(
    "Il nome prima dei due punti deve essere un testo semplice. Metti tra virgolette un valore che "
    "comincia con «{» o «[».",
    "The name before the colon must be plain text. Quote a value that begins with “{” or “[”.",
)
TOO_DEEP = Text(
    "Troppi livelli uno dentro l'altro: il limite è 40.",
    "Too many levels inside each other: the limit is 40.",
)

CHARACTERS: tuple[tuple[re.Pattern[str], Text], ...] = (
    (
        re.compile("\t"),
        Text(
            "Carattere di tabulazione. Usa gli spazi.",
            "Tab character. Use spaces.",
        ),
    ),
    (
        re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]"),
        Text(
            "Carattere di controllo non ammesso. Cancellalo.",
            "Control character. Delete it.",
        ),
    ),
    (
        # They make a reviewer see another text than the one that runs (CVE-2021-42574).
        re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"),
        Text(
            "Carattere invisibile che inverte la direzione del testo. Cancellalo.",
            "Invisible character that reverses the direction of the text. Delete it.",
        ),
    ),
)


_OPEN_QUOTES = Text("Virgolette aperte e mai chiuse.", "Quotes opened and never closed.")
_OPEN_BRACKET = Text(
    "Parentesi aperta e non chiusa, oppure manca una virgola.",
    "A bracket is not closed, or a comma is missing.",
)
NEVER_CLOSED = (_OPEN_QUOTES, _OPEN_BRACKET)


def duplicate(key: str, first_line: int) -> Text:
    return Text(
        f"«{key[:60]}» è già scritto alla riga {first_line}. Tieni una sola delle due voci.",
        f"“{key[:60]}” is already on line {first_line}. Keep only one of the two entries.",
    )


def no_such_date(text: str) -> Text:
    return Text(
        f"La data {text} non esiste. Scrivila come anno-mese-giorno.",
        f"The date {text} does not exist. Write it as year-month-day.",
    )


def syntax(reason: str) -> Text:
    """The parser's technical ``reason`` in words that lead to the correction."""
    for part, message in _SYNTAX:
        if part in reason:
            return message
    return UNREADABLE


_SYNTAX: tuple[tuple[str, Text], ...] = (
    (
        "mapping values are not allowed",
        Text(
            "Due punti non attesi qui. Controlla il rientro, o metti il testo tra virgolette.",
            "Unexpected colon. Check the indentation, or quote the text.",
        ),
    ),
    (
        "could not find expected ':'",
        Text(
            "Mancano i due punti dopo il nome, oppure il rientro è sbagliato.",
            "The colon after the name is missing, or the indentation is wrong.",
        ),
    ),
    (
        "expected key",
        Text(
            "Rientro sbagliato, oppure virgolette o parentesi chiuse male, in questa riga o nella "
            "precedente.",
            "Wrong indentation, or quotes or brackets closed badly, on this line or the one "
            "before.",
        ),
    ),
    (
        "block end",
        Text(
            "Rientro sbagliato: la riga non è allineata con quelle dello stesso livello.",
            "Wrong indentation: the line is not aligned with those of its level.",
        ),
    ),
    (
        "expected '-' indicator",
        Text(
            "In un elenco ogni voce comincia con «- », allineata alle altre.",
            "In a list every entry begins with “- ”, aligned with the others.",
        ),
    ),
    ("end of stream", _OPEN_QUOTES),
    ("expected ',' or", _OPEN_BRACKET),
    ("node content", _OPEN_BRACKET),
    (
        "expected <document start>",
        Text(
            "Testo dopo la fine del documento. Controlla il rientro, o togli la riga «...».",
            "Text after the end of the document. Check the indentation, or remove the “...” line.",
        ),
    ),
    (
        "cannot start any token",
        Text(
            "Un testo non può cominciare con «@», «`», «%» o «>». Mettilo tra virgolette.",
            "A text cannot begin with “@”, “`”, “%” or “>”. Quote it.",
        ),
    ),
    (
        "escape",
        Text(
            "Barra rovesciata non valida tra virgolette doppie. Usa virgolette semplici.",
            "Invalid backslash inside double quotes. Use single quotes.",
        ),
    ),
    (
        "undefined alias",
        ALIAS,
    ),
)
