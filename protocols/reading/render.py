"""A page as Markdown or as one HTML file that needs nothing else."""

from __future__ import annotations

from html import escape

from protocols.reading.page import Page, Table

_STYLE = """\
body{font:16px/1.5 system-ui,sans-serif;max-width:78rem;margin:2rem auto;padding:0 1rem;
color:#1b1b1b}
table{border-collapse:collapse;width:100%;margin:0 0 2rem}
th,td{border:1px solid #767676;padding:.4rem .6rem;text-align:left;vertical-align:top}
th{background:#eef1f5}dt{font-weight:600}dd{margin:0 0 .4rem;overflow-wrap:anywhere}
.wide{overflow-x:auto}@media print{.wide{overflow:visible}}
"""


def markdown(page: Page) -> str:
    """CommonMark with tables."""
    lines = [f"# {_md(page.title)}", ""]
    lines += [f"- **{_md(label)}**: {_md(value)}" for label, value in page.facts]
    for section in page.sections:
        lines += ["", f"## {_md(section.title)}", "", *_md_table(section.table)]
    return "\n".join(lines) + "\n"


def _md_table(table: Table) -> list[str]:
    rows = [table.columns, tuple("---" for _ in table.columns), *table.rows]
    return [
        "| " + " | ".join(cell if cell == "---" else _md(cell) for cell in row) + " |"
        for row in rows
    ]


def _md(text: str) -> str:
    for sign in "\\`*_[]<>|":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())


def html(page: Page) -> str:
    """A whole document: headings, captions and header cells, so that a screen reader can follow."""
    facts = "".join(
        f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in page.facts
    )
    sections = "".join(
        f'<section aria-labelledby="s{number}"><h2 id="s{number}">{escape(section.title)}</h2>'
        f'<div class="wide">{_html_table(section.table)}</div></section>'
        for number, section in enumerate(page.sections)
    )
    return (
        f'<!doctype html>\n<html lang="{page.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(page.title)}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{escape(page.title)}</h1><dl>{facts}</dl>{sections}</main></body></html>\n"
    )


def _html_table(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in table.columns)
    rows = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in table.rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
