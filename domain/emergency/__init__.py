"""Emergency access: opened with a reason, alerted, ended by time, reviewed afterwards."""
