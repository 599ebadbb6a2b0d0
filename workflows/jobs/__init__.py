"""The designer's long questions (check, diff, simulate) as durable jobs.

A job is a row, which people read, and a Temporal workflow, which sees to it that the job is done:
after a crash it is done again from the start. Rows are derived and expire; nothing rests on them.
"""
