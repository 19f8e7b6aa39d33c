"""What goes over the wire: records, problems, pages, and the names of the default template."""
