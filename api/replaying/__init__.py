"""A case in the past: as it stood, as it was known, and what differs between two moments."""
