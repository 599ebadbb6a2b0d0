"""What waits for the clock."""
