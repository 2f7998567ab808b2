"""Files from outside: opened safely, recognised, turned into sales and problems."""
