"""What goes over the wire: versions, records, errors, the words of servers."""
