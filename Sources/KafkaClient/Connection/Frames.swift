import KafkaProtocol

/// Puts length-prefixed frames together again from chunks that were cut anywhere. A frame that lies in one chunk is a slice of it.
struct FrameAssembler {
    enum Failure: Error, Equatable {
        /// The first bytes are a TLS record.
        case tls
        /// The first bytes are an HTTP answer.
        case http
        case length(Int32)
    }

    let maxBytes: Int
    private var head: [UInt8] = []
    private var body: ByteStorage?
    private var bodyCount = 0
    private var filled = 0

    init(maxBytes: Int) { self.maxBytes = maxBytes }

    /// Takes a chunk in and returns the frames (without their length) that it completed.
    mutating func append(_ chunk: Bytes) throws(Failure) -> [Bytes] {
        var frames: [Bytes] = []
        var rest = chunk
        while rest.count > 0 {
            if let body {
                let taken = min(bodyCount - filled, rest.count)
                rest.prefix(taken).withUnsafeBytes { from in
                    UnsafeMutableRawBufferPointer(rebasing: body.contents[filled..<filled + taken]).copyMemory(from: from)
                }
                filled += taken
                rest = rest.dropFirst(taken)
                if filled == bodyCount {
                    frames.append(Bytes(storage: body, offset: 0, count: bodyCount))
                    self.body = nil
                }
                continue
            }
            while head.count < 4, rest.count > 0 {
                head.append(rest[0])
                rest = rest.dropFirst(1)
            }
            if head.count < 4 { break }
            let count = try length()
            head.removeAll(keepingCapacity: true)
            if rest.count >= count {
                frames.append(rest.prefix(count))
                rest = rest.dropFirst(count)
            } else {
                body = ByteStorage(capacity: count)
                bodyCount = count
                filled = 0
            }
        }
        return frames
    }

    private func length() throws(Failure) -> Int {
        let value = head.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let count = Int32(bitPattern: value)
        if count >= 0, count <= maxBytes { return Int(count) }
        if head[0] == 0x15 || head[0] == 0x16, head[1] == 3 { throw .tls }
        if head == Array("HTTP".utf8) { throw .http }
        throw .length(count)
    }
}

extension FrameAssembler.Failure {
    /// For people.
    var text: String {
        switch self {
        case .tls: "the listener speaks TLS: set security.protocol to SSL or SASL_SSL"
        case .http: "the listener speaks HTTP, not Kafka's protocol"
        case .length(let count): "the peer sent a frame of \(count) bytes, which is not Kafka's protocol or too large"
        }
    }
}

enum RequestFrame {
    /// A request with its length and header, ready to send. Large record data stays in pieces of its own.
    static func encode<R: Request>(_ request: R, version: Int16, correlationId: Int32, clientId: String) -> [RecordData.Piece] {
        var writer = WireWriter()
        RequestHeader(apiKey: R.apiKey, version: version, correlationId: correlationId, clientId: clientId)
            .encode(into: &writer, version: RequestHeader.version(for: R.self, version: version))
        request.encode(into: &writer, version: version)
        let count = Int32(writer.count)
        var pieces = writer.finished()
        var first = Bytes.empty
        if case .bytes(let bytes)? = pieces.first { first = bytes }
        let head = Bytes(capacity: 4 + first.count) { target in
            withUnsafeBytes(of: count.bigEndian) { target.copyBytes(from: $0) }
            first.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: target[4...]).copyMemory(from: $0) }
            return 4 + first.count
        }
        if !pieces.isEmpty { pieces[0] = .bytes(head) }
        return pieces
    }

    /// The answer in a frame whose correlation id was already checked.
    static func decode<R: Request>(_ frame: Bytes, as request: R.Type, version: Int16) throws(WireError) -> R.Response {
        let headerVersion = ResponseHeader.version(for: request, version: version)
        var reader = WireReader(frame, version: headerVersion, isFlexible: headerVersion >= ResponseHeader.flexibleFrom)
        var header = ResponseHeader()
        try reader.value(&header)
        return try R.Response.decode(frame.dropFirst(reader.position), version: version)
    }
}
