"""The HTTP door: who you are, what you may see, what you may ask."""
