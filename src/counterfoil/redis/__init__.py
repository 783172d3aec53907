"""Redis's protocol: addresses, connections, topology, messages. Nothing about caching."""
