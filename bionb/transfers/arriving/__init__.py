"""One file on its way here: its bytes, what proves them, several ranges of it at once."""
