"""Artwork, proofs, and the edition that is made."""
