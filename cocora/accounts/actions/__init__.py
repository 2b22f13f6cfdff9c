"""The verbs of this room, by capability: mail, invitations, memberships, profile"""
