"""A set as frames for people: tidy samples and assays, nodes, edges, annotations."""
