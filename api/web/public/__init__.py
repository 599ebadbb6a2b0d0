"""What everybody may read: what the service is, which desk to go to, which rights one has."""
