"""One conformance suite for storage, run on every engine there is."""
