"""How a program's access token is taken from a request, and what a route lets it do."""
