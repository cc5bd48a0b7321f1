"""Tables, engine, unit of work, repositories."""
