"""What the benchmarks share: processes to measure, a simulated Slack to measure them in, and the table of figures."""
