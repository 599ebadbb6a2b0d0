"""Who may see what: the facts about reader and case, and the policies that decide on them."""
