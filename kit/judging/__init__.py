"""Who scores what, the judges' desk, and the sheets that they return.

Read ``desk`` first: it records what a judge gives. ``assignment`` says who scores what and how far each sheet is.
``score_sheet`` writes a judge's sheets as a workbook and reads it when it comes back.
"""
