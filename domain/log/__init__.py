"""The case log: the one append-only, totally ordered record of what happened."""
