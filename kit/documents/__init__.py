"""Everything that leaves the house: minutes, decree annex, announcement, certificates, feedback, judges' pack."""
