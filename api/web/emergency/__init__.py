"""Emergency accesses, for whoever says whether they were justified."""
