// LogStorage: see ARCHITECTURE.md.
