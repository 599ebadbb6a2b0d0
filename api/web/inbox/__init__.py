"""The first page of the morning: what is mine, by when, and what I wait for."""
