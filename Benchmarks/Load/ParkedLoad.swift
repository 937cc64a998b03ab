#if canImport(Glibc)
    import Glibc

    /// Connections that each wait for the answer to one fetch.
    final class ParkedLoad: Player {
        private let port: UInt16
        private let count: Int
        /// The request that waits.
        private let fetch: [UInt8]
        /// One that is answered at once: its answer says that those before it were read.
        private let answered: [UInt8]
        /// A produce that the fetches wait for.
        private let append: [UInt8]
        private var connections: [Int32] = []

        init(port: UInt16, count: Int, fetch: [UInt8], answered: [UInt8], append: [UInt8]) {
            self.port = port
            self.count = count
            self.fetch = fetch
            self.answered = answered
            self.append = append
        }

        /// `open`, `wake` or `close`; false when it cannot be done.
        func play(_ words: [String]) -> Bool {
            switch words.first {
            case "open": return open()
            case "wake": return wake()
            case "close":
                for connection in connections { Glibc.close(connection) }
                connections = []
                return true
            default: return false
            }
        }

        private func open() -> Bool {
            for _ in 0..<count {
                guard let connection = connect(), send(fetch, on: connection) else { return false }
                connections.append(connection)
            }
            guard let last = connect(), send(answered, on: last) else { return false }
            defer { Glibc.close(last) }
            var first: UInt8 = 0
            return recv(last, &first, 1, 0) == 1
        }

        /// Appends, and waits until there is an answer on each connection. Looks now and then, so as not to take the broker's time.
        private func wake() -> Bool {
            guard let writer = connect(), send(append, on: writer) else { return false }
            defer { Glibc.close(writer) }
            var first: UInt8 = 0
            for connection in connections {
                while recv(connection, &first, 1, Int32(MSG_DONTWAIT)) != 1 {
                    guard errno == EAGAIN else { return false }
                    usleep(1000)
                }
            }
            return true
        }

        private func connect() -> Int32? {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            let result = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
            }
            return descriptor >= 0 && result == 0 ? descriptor : nil
        }

        private func send(_ frame: [UInt8], on connection: Int32) -> Bool {
            frame.withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, 0) == $0.count }
        }
    }
#endif
