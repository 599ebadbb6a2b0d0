"""Rows from which the steering board's figures are computed."""
