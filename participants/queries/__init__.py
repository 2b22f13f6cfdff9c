"""Questions about people that span several tables.

``consent.py`` has the gate that all processing of personal data goes through.
"""

from participants.queries.consent import Answer, answer_of, answers, givers_for, may, needs_guardian

__all__ = ["Answer", "answer_of", "answers", "givers_for", "may", "needs_guardian"]
