"""What data/simulate.py makes the simulated editions from: invented content, and a model of how judges judge it."""
