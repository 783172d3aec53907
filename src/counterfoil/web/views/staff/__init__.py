"""What the templates of the staff console get."""
