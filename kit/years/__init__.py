"""Beyond the prize: what several editions tell together, how innovations live on, and the national index."""
