"""What people are told: the page, the calendar, and what is pushed while a page is open."""
