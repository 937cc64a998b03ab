#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The numbers of the signals that end a process in order.
public enum Signal {
    public static let interrupt = SIGINT
    public static let terminate = SIGTERM
}
