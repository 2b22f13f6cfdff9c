"""Reads about the schedule."""
