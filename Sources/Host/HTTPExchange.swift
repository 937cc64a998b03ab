import CLibUV
import KafkaProtocol

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One connection of an `HTTPEndpoint`: the head of a request is read, answered, and the connection closed. On the loop's thread.
final class HTTPExchange: LoopHandle, @unchecked Sendable {
    private static let maxHeadBytes = 8 << 10
    /// From the connection to its end.
    private static let timeoutMs: Int64 = 10_000

    private var descriptor: Int32
    private var handle: UnsafeMutablePointer<uv_poll_t>?
    private var timer: LoopTimer?
    private var head: [UInt8] = []
    private var output = OutputQueue()
    private let respond: (String) -> HTTPResponse
    private var onEnd: (() -> Void)?
    /// All has been sent; what still comes is not looked at.
    private var isAnswered = false

    /// Takes over a connected, non-blocking socket.
    init(loop: EventLoop, descriptor: Int32, _ respond: @escaping (String) -> HTTPResponse, onEnd: @escaping () -> Void) {
        self.descriptor = descriptor
        self.respond = respond
        self.onEnd = onEnd
        super.init(loop: loop)
    }

    func start() {
        guard let handle = try? makeHandle(uv_poll_t.self, { uv_poll_init($0, $1, descriptor) }) else { return finish() }
        self.handle = handle
        timer = loop.schedule(afterMs: Self.timeoutMs) { [weak self] in self?.finish() }
        wait(for: UV_READABLE)
    }

    private func wait(for event: uv_poll_event) {
        guard let handle else { return }
        uv_poll_start(handle, Int32(event.rawValue)) { poll, status, _ in LoopHandle.owner(of: poll, as: HTTPExchange.self)?.ready(status) }
    }

    private func ready(_ status: Int32) {
        if status < 0 { return finish() }
        if output.isEmpty { read() } else { write() }
    }

    private func read() {
        var block = [UInt8](repeating: 0, count: Self.maxHeadBytes)
        let count = block.withUnsafeMutableBytes { room in retryingInterrupts { recv(descriptor, room.baseAddress, room.count, 0) } }
        if count < 0, errno == EAGAIN || errno == EWOULDBLOCK { return }
        guard count > 0 else { return finish() }
        if isAnswered { return }
        head += block.prefix(count)
        if let end = HTTPHead.end(of: head) {
            answer(HTTPHead(head.prefix(end)))
        } else if head.count > Self.maxHeadBytes {
            answer(nil, HTTPResponse(status: 431, "The request is too long.\n"))
        }
    }

    private func answer(_ request: HTTPHead?, _ refusal: HTTPResponse = HTTPResponse(status: 400, "That is no HTTP request.\n")) {
        let response: HTTPResponse
        switch request?.method {
        case nil: response = refusal
        case "GET"?, "HEAD"?: response = respond(request?.path ?? "/")
        case .some: response = HTTPResponse(status: 405, "GET and HEAD are served.\n")
        }
        let allowed = response.status == 405 ? "Allow: GET, HEAD\r\n" : ""
        let fields = "Content-Type: \(response.contentType)\r\nContent-Length: \(response.body.count)\r\n\(allowed)Connection: close\r\n\r\n"
        output.append(Bytes("HTTP/1.1 \(response.status) \(response.reason)\r\n" + fields))
        if request?.method != "HEAD" { output.append(response.body) }
        write()
    }

    private func write() {
        while !output.isEmpty {
            switch output.flush(to: descriptor) {
            case .moved: continue
            case .wouldBlock: return wait(for: UV_WRITABLE)
            case .ended, .failed: return finish()
            }
        }
        // A socket that is closed with something unread would take the answer back from who sent it: it ends when the other side has.
        isAnswered = true
        shutdown(descriptor, Int32(SHUT_WR))
        wait(for: UV_READABLE)
    }

    override func shutDown() { finish() }

    private func finish() {
        guard descriptor >= 0 else { return }
        timer?.cancel()
        timer = nil
        LoopHandle.release(&handle, &descriptor)
        let then = onEnd
        onEnd = nil
        then?()
    }
}

/// The first line of a request.
struct HTTPHead: Equatable {
    var method: String
    /// Without its query.
    var path: String

    /// Nil for what is no HTTP/1 request.
    init?(_ bytes: some Collection<UInt8>) {
        let line = String(decoding: bytes.prefix { $0 != 13 && $0 != 10 }, as: UTF8.self)
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[2].hasPrefix("HTTP/1."), !words[0].isEmpty, words[1].hasPrefix("/") else { return nil }
        method = String(words[0])
        path = String(words[1].prefix { $0 != "?" })
    }

    /// How many bytes of the head there are, its empty line included; nil while that has not come.
    static func end(of bytes: [UInt8]) -> Int? {
        var isLineEmpty = false
        for (index, byte) in bytes.enumerated() {
            if byte == 10 {
                if isLineEmpty { return index + 1 }
                isLineEmpty = true
            } else if byte != 13 {
                isLineEmpty = false
            }
        }
        return nil
    }
}
