"""Read models: every list, page and table, folded from the log exactly once.

Each model is a folder with `schema.sql` (its tables), `handler.py` (how events change them) and
`queries.py` (what may be asked).
"""
