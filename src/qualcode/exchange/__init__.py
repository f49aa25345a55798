"""Material in and out: transcripts, published texts, reviews, other programs' projects."""
