"""What people do in the simulated workspace: type, click, fill in, read; for tests, demo and benchmarks."""
