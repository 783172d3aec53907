"""What the staff console asks about people: who somebody is, and the view of their account."""
