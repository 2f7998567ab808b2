"""The royalty desk: retailers' reports in, nonprofits' statements out."""
