"""Languages: texts, and how amounts and dates look in them."""
