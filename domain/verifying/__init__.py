"""Checking the whole log: in stretches, by several processes, and from where it was left."""
