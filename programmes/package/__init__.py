"""Content packages: a folder of plain files that holds one curriculum.

``docs/curriculum-packages.md`` is the guide for people who write them. ``read.py`` brings the
files, ``check.py`` says everything that is wrong with them, ``write.py`` puts them back.
"""
