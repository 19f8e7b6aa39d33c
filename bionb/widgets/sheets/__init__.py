"""The sheet editor: what is done to a set, and the page in which a person does it."""
