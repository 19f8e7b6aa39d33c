"""What stands in a file: records, cells, and the arrays and frames that hold them."""
