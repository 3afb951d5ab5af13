"""Marks come in: who scores what, in which order, how far it is, and what became of a mark."""
