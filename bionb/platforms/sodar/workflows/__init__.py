"""What takes several calls: replacing sheets, submitting and awaiting zones, the tree of projects."""
