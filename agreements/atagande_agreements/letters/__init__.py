"""Brevmallar: printable letters about an enquiry, from a library that the association keeps."""
