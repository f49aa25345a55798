"""Material in and out: published texts and reviews."""
