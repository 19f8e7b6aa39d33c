"""The ways of paging: what one answer holds, where reading stands, and how it goes on."""
