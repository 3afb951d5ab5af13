"""Who scores what, the judges' desk, and the sheets that they return.

Read ``desk`` first: it records what a judge gives. ``assignment`` says who scores what and how far each sheet is.
Marks that come in files are read by ``score_sheet``, which writes a judge's sheets as a workbook, and by
``mark_files`` from tables of anybody's making; ``incoming`` compares them with the ledger, shows what they would
change, and records it.
"""
