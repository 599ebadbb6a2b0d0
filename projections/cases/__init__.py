"""What every case is about and how far it is, one row each."""
