"""Moving running cases from one protocol version to another."""
