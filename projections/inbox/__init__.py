"""What is there to be done now, and by whom."""
