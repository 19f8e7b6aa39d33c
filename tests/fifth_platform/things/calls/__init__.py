"""Groups of endpoints, side by side."""
