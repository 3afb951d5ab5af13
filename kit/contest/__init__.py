"""Running the contest: what people decide, in the right order, recorded in the ledger.

Read ``rounds`` first: it opens and closes them. Then ``plenary``, where a round is decided; the other modules are each
about one matter.
"""
