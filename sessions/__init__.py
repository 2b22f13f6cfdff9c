"""TIME. What happens when, and how did it go?"""
