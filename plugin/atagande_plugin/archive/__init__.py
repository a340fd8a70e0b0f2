"""The archive export: what is kept for ever, in files that can be read without this program."""
