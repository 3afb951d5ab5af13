"""How ready a city's innovations are for the Indeks Inovasi Daerah: an internal estimate, never an official score.

Read ``indicators`` first: what the index measures, and what units claim. ``readiness``
computes; ``index_report`` says it.
"""
