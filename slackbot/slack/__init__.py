"""The outward side: Web API, templates to blocks, payloads to commands."""
