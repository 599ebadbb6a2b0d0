"""The case: one page of where it stands, the pages from which it is acted on, and finding it."""
