"""From typed blocks to HTML, PDF, Word, Excel and CSV.

Read ``blocks`` first: what a report says is made of them. ``prepare`` readies them for all writers.
"""
