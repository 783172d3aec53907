"""Stand-ins for the portal's neighbours, for the demo and the tests.

Separate programs: they share no code with the portal, or both would share a misreading.
"""
