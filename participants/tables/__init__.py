"""Lists of people as files: what a spreadsheet program writes, and what it can read safely.

``reading.py`` makes a ``Table`` of an upload or says in one sentence what is wrong with it;
``writing.py`` writes a list so that no spreadsheet program takes a cell for a formula.
"""
