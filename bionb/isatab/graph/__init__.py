"""Materials, data files and processes, and what leads to what."""
