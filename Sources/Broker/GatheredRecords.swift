import KafkaProtocol

extension RecordData {
    /// All of it in memory, file ranges read.
    func gathered() throws -> Bytes {
        switch self {
        case .bytes(let bytes): return bytes
        case .pieces(let pieces):
            if pieces.count == 1, case .file(let range) = pieces[0] { return try range.source.bytes(at: range.offset, count: range.count) }
            var all: [UInt8] = []
            for piece in pieces {
                switch piece {
                case .bytes(let bytes): bytes.withUnsafeBytes { all.append(contentsOf: $0) }
                case .file(let range): try range.source.bytes(at: range.offset, count: range.count).withUnsafeBytes { all.append(contentsOf: $0) }
                }
            }
            return Bytes(all)
        }
    }
}
