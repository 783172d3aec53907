"""What templates get, one file per noun; navigation; rendering."""
