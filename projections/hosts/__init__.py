"""Who can take people for a placement, and whose places are taken."""
