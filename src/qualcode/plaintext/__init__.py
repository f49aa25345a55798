"""
Plain text: read strictly, replaced whole and durably, and places in it found again.

Nothing here knows what a study is.
"""
