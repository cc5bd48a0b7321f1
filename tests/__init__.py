"""What must be true of Rung."""
