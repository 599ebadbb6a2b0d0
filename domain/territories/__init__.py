"""Under which territory's rules something happened: the pack's editions, as the log keeps them."""
