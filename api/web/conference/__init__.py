"""The conference of a team on a case: agenda, views, decision, minutes."""
