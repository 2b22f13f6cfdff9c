"""Pages, by capability: invitations, people, profile, audit log"""
