"""OpenID Connect: what the provider says of itself, the way there and back, what its answer proves. docs/sign-in.md."""
