"""An installation full of invented people and cohorts, for looking round and for journeys in tests.

``names.py`` has the people, ``plan.py`` the organisations and cohorts, ``filling.py`` brings them
in through the same actions that the screens use.
"""
