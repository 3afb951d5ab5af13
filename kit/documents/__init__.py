"""Everything that is handed out: what each document says, how all are made, found again and verified."""
