"""From marks to a ranking, exactly.

Read ``scores`` first (one round's marks to scores), then ``ties`` and ``ranking``. ``recount`` computes the same scores
on another path, ``replay`` ranks again with something changed.
"""
