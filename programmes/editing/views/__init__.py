"""Curricula written in the browser, one file for each thing that is looked at."""
