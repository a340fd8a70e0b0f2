"""Reports as documents: one content, and four ways to read it."""
