"""PRINT. What can be held in the hand?"""
