"""How far a log that others wrote follows a protocol: aligned with it by the engine itself."""
