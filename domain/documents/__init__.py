"""What is attached to a case: sealed with its person's key, kept by the hash of what is stored."""
