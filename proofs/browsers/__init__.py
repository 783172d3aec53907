"""`make prove-browsers`: one customer's story in three engines. What they are told: test_story.py."""
