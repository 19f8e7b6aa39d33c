"""Tables and figures: columns, measurements, matrices, drawings."""
