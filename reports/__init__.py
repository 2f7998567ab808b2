"""The publisher's documents: workbooks and PDFs from plain values. Computes only printed totals."""
