"""Everything that is handed out: what each document says, how all are made, found again and verified.

Read ``kinds`` first: the table of all kinds of document. ``batch`` makes them, ``overview`` leads to them, ``manifest``
knows what was made.
"""
