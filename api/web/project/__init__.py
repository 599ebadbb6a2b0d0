"""The personal project: composed, printed, signed, amended."""
