"""Pages about people, one file for each noun."""
