"""Can this result be defended? Statistics that stand beside the result and never change it."""
