"""One engine for everything that is printed.

A document is composed into chapters of HTML (``document.py``); a child process with limits renders
them with WeasyPrint and joins them (``child.py``, ``render.py``). No room above knows how.
"""
