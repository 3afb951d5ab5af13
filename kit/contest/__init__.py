"""Running the contest: what people decide, in the right order, recorded in the ledger."""
