"""PEOPLE. Who takes part, and who may see it?"""
