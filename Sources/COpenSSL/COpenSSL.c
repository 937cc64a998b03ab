// Only headers; a C target needs one source file.
