"""Beyond the prize: what several editions tell together, and how innovations live on.

Read ``series`` first: it holds the editions and answers questions about them. ``followup`` is what is asked about
innovations and what is known of them; ``sheets`` go out and come back. ``trends`` and ``followup_report`` say it all.
"""
