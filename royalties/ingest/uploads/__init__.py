"""Files that come with orders: looked at for what they are, in a process that can be ended."""
