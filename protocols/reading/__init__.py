"""A protocol read aloud: who does what, after what, by when, with which result, and what if not."""
