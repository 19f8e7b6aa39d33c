"""ISA-Tab in the formats of other programs."""
