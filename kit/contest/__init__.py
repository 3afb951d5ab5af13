"""Running the contest: what people do and decide around the marks, as events with who, when and why."""
