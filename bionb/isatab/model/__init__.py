"""What a file means: its columns, its rows as a table, the sections of an investigation."""
