"""The paper of the house: workbooks from plain values. Computes nothing but totals it prints."""
