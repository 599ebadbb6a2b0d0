"""A person: what is known of them, what they may ask of their data, and who may be the same."""
