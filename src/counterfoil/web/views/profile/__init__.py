"""The profile: what its template gets, how its form is put together, and what its fields are called."""
