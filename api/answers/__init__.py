"""What an auditor is told, taken from the log itself."""
