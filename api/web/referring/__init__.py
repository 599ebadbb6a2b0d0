"""The referring service's door: referring somebody, and following what becomes of it."""
