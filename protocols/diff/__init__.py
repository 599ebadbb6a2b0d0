"""Two versions of a protocol compared by what they mean, not line by line."""
