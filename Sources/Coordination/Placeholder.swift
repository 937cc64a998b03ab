// Coordination: see ARCHITECTURE.md.
