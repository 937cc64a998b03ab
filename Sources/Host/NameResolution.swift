#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Why a host name gave no address.
public enum ResolveFailure: Error, Sendable, Equatable {
    /// The name service says there is no such host; its words.
    case unknownHost(String)
    /// The name service did not answer in time.
    case timedOut
}

/// A name look-up in progress.
private final class Lookup: @unchecked Sendable {
    // Unchecked: confined to the loop's thread; the resolving thread only carries it.
    var then: ((Result<[SocketAddress], ResolveFailure>) -> Void)?
    var timer: LoopTimer?

    func finish(_ result: Result<[SocketAddress], ResolveFailure>) {
        timer?.cancel()
        timer = nil
        let then = then
        self.then = nil
        then?(result)
    }
}

extension EventLoop {
    /// Finds the addresses of a host, in the system's order of preference. The answer comes on the loop's thread, at once for a literal address,
    /// otherwise from the system's resolver within `timeoutMs`.
    ///
    /// The resolver blocks for as long as it likes, so it runs on a thread of its own that nobody waits for: libuv's pool would be joined when the process
    /// exits, and a tool would hang on a dead name server after it had already reported the time-out.
    public func resolve(host: String, port: Int, timeoutMs: Int64, _ then: @escaping (Result<[SocketAddress], ResolveFailure>) -> Void) {
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        if let literal = SocketAddress(literal: bare, port: port) { return then(.success([literal])) }
        guard !bare.isEmpty, (0...65535).contains(port) else { return then(.failure(.unknownHost("Name or service not known"))) }
        let lookup = Lookup()
        lookup.then = then
        lookup.timer = schedule(afterMs: timeoutMs) { lookup.finish(.failure(.timedOut)) }
        do {
            _ = try Thread.spawn(name: "resolve") {
                let result = EventLoop.lookUp(host: bare, port: port)
                self.post { lookup.finish(result) }
            }
        } catch {
            lookup.finish(.failure(.unknownHost(error.reason)))
        }
    }

    /// Asks the system's resolver and waits for it.
    public static func lookUp(host: String, port: Int, passive: Bool = false) -> Result<[SocketAddress], ResolveFailure> {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_flags = passive ? AI_PASSIVE : 0
        #if canImport(Glibc)
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &list)
        guard status == 0 else { return .failure(.unknownHost(String(cString: gai_strerror(status)))) }
        defer { freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var entry = list
        while let current = entry {
            if let address = current.pointee.ai_addr { addresses.append(SocketAddress(address, length: Int(current.pointee.ai_addrlen))) }
            entry = current.pointee.ai_next
        }
        return addresses.isEmpty ? .failure(.unknownHost("No address associated with hostname")) : .success(addresses)
    }
}
