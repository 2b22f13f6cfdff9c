"""CONTENT. What is taught?"""
