import KafkaProtocol

/// A line of `--input jsonl`: a record as `console-consumer --output jsonl` prints it. Only `value` must be there; `key` and `headers` are left out for none,
/// `timestampMs` for the present. What says where the record came from (topic, offset and so on) counts for nothing, `partition` only with `--keep-partition`.
struct RecordLine: Equatable {
    var key: Bytes?
    var value: Bytes?
    var headers: [RecordHeader] = []
    var timestampMs: Int64?
    var partition: Int32?

    /// - Parameter number: of the line, from 1, for errors.
    init(_ line: UnsafeRawBufferPointer, number: Int) throws(LineFormat.Malformed) {
        let json: JSONValue
        do {
            json = try JSONReader.parse(line)
        } catch {
            throw LineFormat.Malformed(message: "Line number \(number) is not JSON: \(error)")
        }
        func wrong(_ reason: String) -> LineFormat.Malformed { LineFormat.Malformed(message: "Line number \(number) is not a record: \(reason)") }
        func bytes(_ value: JSONValue?, _ name: String) throws(LineFormat.Malformed) -> Bytes? {
            guard let value, value != .null else { return nil }
            guard let bytes = FieldType.bytes(of: value) else { throw wrong("\(name) is neither a string, null nor {\"base64\":TEXT}") }
            return bytes
        }
        guard case .object = json else { throw wrong("it is not an object") }
        guard json["value"] != nil else { throw wrong("it has no \"value\" (null for none)") }
        key = try bytes(json["key"], "key")
        value = try bytes(json["value"], "value")
        for header in try Self.list(json["headers"], wrong) {
            guard let name = try bytes(header["key"], "the key of a header") else { throw wrong("a header has no \"key\"") }
            headers.append(RecordHeader(key: name, value: try bytes(header["value"], "the value of a header")))
        }
        timestampMs = try Self.integer(json["timestampMs"], "timestampMs", in: 0...Int64.max, wrong)
        partition = try Self.integer(json["partition"], "partition", in: 0...Int64(Int32.max), wrong).map { Int32($0) }
    }

    private static func list(_ value: JSONValue?, _ wrong: (String) -> LineFormat.Malformed) throws(LineFormat.Malformed) -> [JSONValue] {
        guard let value, value != .null else { return [] }
        guard let elements = value.elements else { throw wrong("headers is not a list") }
        return elements
    }

    private static func integer(
        _ value: JSONValue?, _ name: String, in range: ClosedRange<Int64>, _ wrong: (String) -> LineFormat.Malformed
    ) throws(LineFormat.Malformed) -> Int64? {
        guard let value, value != .null else { return nil }
        guard let number = value.intValue, range.contains(number) else { throw wrong("\(name) is not a number from \(range.lowerBound) on") }
        return number
    }
}
