"""Pictures of the pages, made anew: `make screenshots`."""
