"""The backend Django loads: its own SQLite one, with array types taken out of the SQL."""

import json
import re
import sqlite3

from django.db.backends.sqlite3 import base

# "::varchar(10)[]" behind a value is a cast, "varchar(10)[]" in a column definition is a type.
CAST = re.compile(r"::\w+(\(\d+\))?\[\]")
DEFINES = re.compile(r"\s*(CREATE|ALTER)\b", re.IGNORECASE)

sqlite3.register_adapter(list, json.dumps)


def without_arrays(query):
    """Take array casts out of a query, and array types and texts of no given length out of a table definition."""
    query = CAST.sub("", query)
    return query.replace("[]", "").replace("varchar(None)", "varchar") if DEFINES.match(query) else query


class Cursor(base.SQLiteCursorWrapper):
    """A cursor that is handed PostgreSQL's arrays and passes on plain SQLite."""

    def execute(self, query, params=None):
        """Run one query."""
        return super().execute(without_arrays(query), params)

    def executemany(self, query, param_list):
        """Run one query with many sets of values."""
        return super().executemany(without_arrays(query), param_list)


class DatabaseWrapper(base.DatabaseWrapper):
    """The connection."""

    def create_cursor(self, name=None):
        """Hand out our cursor."""
        return self.connection.cursor(factory=Cursor)

    def _start_transaction_under_autocommit(self):
        """Take the lock at once: of two requests that read, then write, one would end in "locked" otherwise."""
        self.cursor().execute("BEGIN IMMEDIATE")
