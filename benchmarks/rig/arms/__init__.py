"""Programs that run beside Rung in a process of their own: controls, naive ways, and Rung under watch."""
