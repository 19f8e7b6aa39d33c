"""What the session stands on: sending, receiving and reading answers, who asks, and what was asked."""
