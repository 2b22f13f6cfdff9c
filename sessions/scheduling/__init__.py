"""Dates, agendas, who comes, what was released and who was told."""
