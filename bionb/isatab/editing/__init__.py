"""Edits that keep what they do not touch, and the differences between two sets."""
