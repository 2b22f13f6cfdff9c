"""Small shared things"""
