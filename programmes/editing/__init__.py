"""Curricula written in the browser.

A draft's files (``DraftText``) are the truth while it is edited. An action changes files, has the
whole package checked, and lays the rows that readers see from every text without faults.
``docs/adr/0016-editing-drafts.md`` says why.
"""
