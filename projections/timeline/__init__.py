"""What happened in a case, told in sentences."""
