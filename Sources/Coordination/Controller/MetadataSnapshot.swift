import KafkaProtocol

/// A snapshot of the metadata log, or `bootstrap.checkpoint`: record batches between a header and a footer (KIP-630).
public struct MetadataSnapshot: Sendable {
    /// The offset after the last record that the snapshot stands for.
    public let endOffset: Int64
    public let epoch: Int32

    /// Reads a file name such as `00000000000000000643-0000000002.checkpoint`; nil for other files.
    public init?(fileName: String) {
        let parts = fileName.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].elementsEqual("checkpoint".utf8) else { return nil }
        let numbers = parts[0].split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard numbers.count == 2, numbers[0].count == 20, numbers[1].count == 10, let end = Int64(String(numbers[0]) ?? ""),
            let epoch = Int32(String(numbers[1]) ?? "")
        else { return nil }
        endOffset = end
        self.epoch = epoch
    }

    /// The values of a snapshot file's records. A file without header or footer was not written to its end.
    public static func values(in file: Bytes) throws(MetadataError) -> [Bytes] {
        var values: [Bytes] = []
        var hasHeader = false, hasFooter = false
        do {
            for batch in try RecordBatches.all(in: file) {
                try batch.checkCrc()
                for record in try batch.records() {
                    if batch.isControl {
                        // A control record's key is its version and its type.
                        guard let key = record.key, key.count >= 4 else { continue }
                        let type: Int16 = key.load(2)
                        hasHeader = hasHeader || type == headerType
                        hasFooter = type == footerType
                    } else if let value = record.value {
                        values.append(value)
                    }
                }
            }
        } catch {
            throw MetadataError("unreadable metadata snapshot: \(error)")
        }
        guard hasHeader && hasFooter else { throw MetadataError("incomplete metadata snapshot") }
        return values
    }

    private static let headerType: Int16 = 3
    private static let footerType: Int16 = 4
}
