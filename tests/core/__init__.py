"""The core, proved: tables, properties and every command sequence up to a length."""
