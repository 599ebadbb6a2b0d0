"""Who has looked at whose data."""
