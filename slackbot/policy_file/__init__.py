"""The policy file: read, checked, resolved against the workspace, and written back."""
