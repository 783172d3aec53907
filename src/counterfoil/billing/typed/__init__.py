"""What people type and paste, as they meant it: cleaned in one place, and read as amounts and dates."""
