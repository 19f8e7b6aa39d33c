"""Tests of the SODAR client and its sandbox."""
