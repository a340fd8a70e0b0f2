"""Pages: one section a feature, templates and static files."""
