"""What is checked before anything is sent: identifiers, metadata, the inputs of tasks."""
