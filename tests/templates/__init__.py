"""What must be true of everything people see."""
