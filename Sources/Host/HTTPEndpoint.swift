import KafkaProtocol

/// What an HTTP request is answered with.
public struct HTTPResponse: Sendable {
    public var status: Int
    public var contentType: String
    public var body: Bytes

    public init(status: Int = 200, contentType: String = "text/plain; charset=utf-8", _ body: String) {
        self.status = status
        self.contentType = contentType
        self.body = Bytes(body)
    }

    var reason: String {
        switch status {
        case 200: "OK"
        case 400: "Bad Request"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 431: "Request Header Fields Too Large"
        default: "Error"
        }
    }
}

/// Serves documents over HTTP/1.1 (RFC 9112), one to a connection, to what asks with GET or HEAD: monitoring. Everything happens on the loop's thread.
public final class HTTPEndpoint {
    private let listener: Listener
    private var open = 0
    /// More that ask at once are turned away.
    private static let maxOpen = 64

    /// The address in use; with port 0 asked for, the port that the system chose.
    public var address: SocketAddress { listener.address }

    /// - Parameter respond: gets the path that is asked for, without its query
    public init(loop: EventLoop, host: String, port: Int, respond: @escaping (String) -> HTTPResponse) throws(SystemError) {
        var accept: Listener.Accept = { descriptor, _ in closeDescriptor(descriptor) }
        listener = try Listener(loop: loop, host: host, port: port) { descriptor, peer in accept(descriptor, peer) }
        accept = { [unowned self] descriptor, _ in
            guard open < Self.maxOpen else { return closeDescriptor(descriptor) }
            open += 1
            HTTPExchange(loop: loop, descriptor: descriptor, respond) { [weak self] in self?.open -= 1 }.start()
        }
    }

    public func close() { listener.close() }
}
