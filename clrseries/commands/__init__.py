"""The commands of the command line, one module each, and their table and parser."""
