"""The calls, one module a group of endpoints; groups stand side by side on one small `Calls`."""
