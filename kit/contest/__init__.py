"""Running the contest: what people decide in a room, in the right order, on the record."""
