"""Transcripts in: files of many programs read into one form, their speakers found and mapped, interviews laid down."""
