"""Many ISA-Tab sets as one: their samples, assays, findings and files as single tables, read in parallel."""

from bionb.corpora.many import Corpus, Written, corpus

__all__ = ["Corpus", "Written", "corpus"]
