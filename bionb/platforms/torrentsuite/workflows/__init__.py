"""What takes several calls: planning a run, copying a plan, looking up what it may name."""
