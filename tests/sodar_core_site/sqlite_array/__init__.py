"""Django's SQLite backend, able to store PostgreSQL's array columns as JSON text.

SODAR Core has one such column (``Role.project_types``) and only ever asks whether an array contains a word.
"""
