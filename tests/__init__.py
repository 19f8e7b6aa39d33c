"""Tests of bionb."""
