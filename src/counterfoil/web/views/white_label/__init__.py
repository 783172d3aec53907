"""What an operator puts in the place of ours: single templates and single texts, and how both are tried."""
