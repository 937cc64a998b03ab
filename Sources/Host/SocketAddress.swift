import CLibUV

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An IPv4 or IPv6 address with a port.
public struct SocketAddress: Sendable {
    private var storage = sockaddr_storage()

    init(storage: sockaddr_storage) { self.storage = storage }

    init(_ address: UnsafePointer<sockaddr>, length: Int) {
        withUnsafeMutableBytes(of: &storage) { room in
            room.copyMemory(from: UnsafeRawBufferPointer(start: address, count: min(length, room.count)))
        }
    }

    /// A literal address, such as `127.0.0.1` or `::1` (a scope after `%` is allowed); nil for anything else.
    public init?(literal: String, port: Int) {
        guard (0...65535).contains(port) else { return nil }
        var v4 = sockaddr_in()
        if uv_ip4_addr(literal, Int32(port), &v4) == 0 {
            self = withUnsafeBytes(of: &v4) { raw in
                SocketAddress(raw.baseAddress, count: raw.count)
            }
            return
        }
        var v6 = sockaddr_in6()
        guard uv_ip6_addr(literal, Int32(port), &v6) == 0 else { return nil }
        self = withUnsafeBytes(of: &v6) { raw in SocketAddress(raw.baseAddress, count: raw.count) }
    }

    private init(_ base: UnsafeRawPointer?, count: Int) {
        guard let base else { return }
        withUnsafeMutableBytes(of: &storage) { $0.copyMemory(from: UnsafeRawBufferPointer(start: base, count: count)) }
    }

    var family: Int32 { Int32(storage.ss_family) }

    public var isIPv6: Bool { family == AF_INET6 }

    /// The address without the port, as Java prints it in `host/address:port`.
    public var host: String {
        var buffer = [CChar](repeating: 0, count: 64)
        let size = buffer.count
        var copy = storage
        let status = withUnsafePointer(to: &copy) { pointer in
            isIPv6
                ? pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { uv_ip6_name($0, &buffer, size) }
                : pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { uv_ip4_name($0, &buffer, size) }
        }
        return status == 0 ? String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) : "?"
    }

    /// The address without the port: 4 bytes, also of an IPv4 address that came to an IPv6 socket, or 16.
    public var bytes: [UInt8] {
        var copy = storage
        guard isIPv6 else {
            return withUnsafePointer(to: &copy) { pointer in
                pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { withUnsafeBytes(of: $0.pointee.sin_addr) { Array($0) } }
            }
        }
        let all = withUnsafePointer(to: &copy) { pointer in
            pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { withUnsafeBytes(of: $0.pointee.sin6_addr) { Array($0) } }
        }
        return all.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255]) ? Array(all.suffix(4)) : all
    }

    public var port: Int {
        get {
            var copy = storage
            return withUnsafePointer(to: &copy) { pointer in
                isIPv6
                    ? pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { Int(UInt16(bigEndian: $0.pointee.sin6_port)) }
                    : pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { Int(UInt16(bigEndian: $0.pointee.sin_port)) }
            }
        }
        set {
            let wire = UInt16(clamping: newValue).bigEndian
            let six = isIPv6
            withUnsafeMutablePointer(to: &storage) { pointer in
                if six {
                    pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { $0.pointee.sin6_port = wire }
                } else {
                    pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { $0.pointee.sin_port = wire }
                }
            }
        }
    }

    /// Calls `body` with the address as the system calls want it.
    func withSockaddr<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        var copy = storage
        let length = isIPv6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
        return withUnsafePointer(to: &copy) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(length)) }
        }
    }

    /// The address that a socket is bound to.
    static func bound(_ descriptor: Int32) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return status == 0 ? SocketAddress(storage: storage) : nil
    }
}

extension SocketAddress: CustomStringConvertible {
    /// `127.0.0.1:9092`, `[::1]:9092`.
    public var description: String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
