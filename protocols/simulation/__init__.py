"""Synthetic cases of a protocol: many of them with a virtual clock, or one by hand."""
