"""What proves the log to somebody who does not trust it: hashes, tree, signed checkpoints."""
