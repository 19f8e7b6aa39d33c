"""Every public method of every client against odd answers and faults: found by itself, and nothing else than told."""
