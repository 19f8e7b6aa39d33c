"""What is checked or built before anything is sent: sources, files, filters."""
