"""Beyond one contest's prize: what becomes of innovations, and how ready they are for the national index."""
