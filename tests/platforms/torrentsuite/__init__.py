"""Torrent Suite."""
