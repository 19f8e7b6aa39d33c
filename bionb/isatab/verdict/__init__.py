"""Everything to know before a set is imported: AltamISA's rules, and what AltamISA does not say."""
