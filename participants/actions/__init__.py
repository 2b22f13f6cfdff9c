"""What can be done with people and cohorts: one file for each noun."""
