"""What people see: columns and rows of frames, the run report, tables of samples, pictures."""
