"""The Web API of the simulated workspace, callable in process."""
