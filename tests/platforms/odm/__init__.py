"""Tests of the Genestack ODM platform."""
