"""The test suite. Rooms are folders; what several rooms need lies here: processes, servers, stack, pages."""
