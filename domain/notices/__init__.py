"""Telling people that something waits for them: what, whom, in the page and by mail."""
