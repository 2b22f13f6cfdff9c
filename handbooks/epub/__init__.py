"""EPUB 3: the same composed document as the printed book, for phones and e-readers.

``book.py`` turns an order into a publication, ``content.py`` a chapter's HTML into XHTML,
``cover.py`` draws the cover, ``pack.py`` writes the container. The container is written here and
not by a library: it is a zip of a few templates, and the bytes must be the same each time.
"""
