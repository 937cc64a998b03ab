import KafkaProtocol

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
