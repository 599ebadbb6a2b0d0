"""The read log: who looked at whose data, kept in the case log beside what was done."""
