"""Överenskommelsen: the agreement, its versions, sections and annexes, and its file format."""
