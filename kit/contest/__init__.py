"""Running the contest: administrative selection, plenary, presentation day, decisions, objections, archive."""
