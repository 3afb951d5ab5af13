"""Everything that leaves the house: what each document says, how all are made, found again and verified."""
