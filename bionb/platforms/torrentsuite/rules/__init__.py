"""What is checked before a plan is sent: its fields, its samples, and what the server has for it."""
