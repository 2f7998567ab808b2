"""The calculation: what sales earn, how it is allocated and settled, what is posted and stated."""
