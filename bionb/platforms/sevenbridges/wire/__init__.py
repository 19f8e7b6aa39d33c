"""What goes over the wire: kinds of records, the fields asked for, problems."""
