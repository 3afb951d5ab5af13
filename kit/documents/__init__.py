"""Everything that leaves the house: which documents an edition has, how they are made, found again and verified."""
