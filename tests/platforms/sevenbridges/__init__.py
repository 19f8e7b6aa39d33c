"""Seven Bridges: client, sandbox and the official client beside them."""
