"""A table to look around in: sorted, filtered, searched, and given to a page in windows of rows."""
