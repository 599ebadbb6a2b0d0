"""The hands of `domain.notices`: following the log, sending mail, the daily digest."""
