"""What is personal is readable only with its person's key, and that key can be destroyed."""
