"""One task: who has it, and doing it."""
