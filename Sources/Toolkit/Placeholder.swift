// Toolkit: see ARCHITECTURE.md.
