"""A copy of the truth: the log and what belongs to it, and the keys apart."""
