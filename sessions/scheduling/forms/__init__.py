"""What people enter about the schedule."""
