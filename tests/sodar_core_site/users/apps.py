"""The users app, which also teaches SQLite the one question about arrays that SODAR Core asks."""

from django.apps import AppConfig


def contains(lookup, compiler, connection):
    """Write ``array contains [text]`` for an array that is stored as JSON text."""
    column, parameters = lookup.process_lhs(compiler, connection)
    wanted = [expression.value for expression in lookup.rhs.get_source_expressions()]
    clause = " AND ".join(f"{column} LIKE %s" for _ in wanted)
    return clause, [value for text in wanted for value in (*parameters, f'%"{text}"%')]


class UsersConfig(AppConfig):
    """The users app."""

    name = "users"

    def ready(self):
        """Add the SQLite form of the lookup."""
        from django.contrib.postgres.fields.array import ArrayContains

        ArrayContains.as_sqlite = contains
