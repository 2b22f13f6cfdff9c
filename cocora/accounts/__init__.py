"""Users, organisations, invitations"""
