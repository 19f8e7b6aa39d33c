"""Sets as ISA-JSON 1.0 and back: sections, nodes and processes as JSON has them, rows as paths through them."""
