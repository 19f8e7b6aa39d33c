"""What goes over the wire: resources and their schemas, pages, records as they are meant, refusals."""
