"""How ready a city's innovations are for the Indeks Inovasi Daerah: an internal estimate, never an official score."""
