import KafkaProtocol

/// What a record of a control batch says: that a transaction ended, who leads a quorum and who votes in it, where a snapshot begins and ends.
struct ControlRecord {
    let text: String
    let json: JSONValue

    /// Throws for a record whose key or value is not what its type says.
    init(_ record: Record) throws(FormatError) {
        guard let key = record.key, key.count >= 4 else { throw FormatError(description: "the control record at offset \(record.offset) has no type") }
        switch ControlRecordType(key: key) {
        case .commit: self = try Self.marker("COMMIT", record)
        case .abort: self = try Self.marker("ABORT", record)
        case .leaderChange: self = try Self.message(LeaderChangeMessage.self, "LeaderChange:", "leaderChange", record)
        case .snapshotHeader: self = try Self.message(SnapshotHeaderRecord.self, "SnapshotHeader", "snapshotHeader", record)
        case .snapshotFooter: self = try Self.message(SnapshotFooterRecord.self, "SnapshotFooter", "snapshotFooter", record)
        case .kraftVersion: self = try Self.message(KRaftVersionRecord.self, "KRaftVersion", "kraftVersion", record)
        case .kraftVoters: self = try Self.message(VotersRecord.self, "KRaftVoters", "kraftVoters", record)
        case nil:
            let number: Int16 = key.load(2)
            self.init(text: "controlType: UNKNOWN(\(number))", json: .members(["controlType": .string("UNKNOWN"), "number": .int(Int64(number))]))
        }
    }

    private init(text: String, json: JSONValue) { (self.text, self.json) = (text, json) }

    /// The value is a version, which stands in front, and the coordinator's epoch.
    private static func marker(_ name: String, _ record: Record) throws(FormatError) -> ControlRecord {
        guard let value = record.value, value.count >= 6 else {
            throw FormatError(description: "the marker at offset \(record.offset) does not say which coordinator wrote it")
        }
        let epoch: Int32 = value.load(2)
        return ControlRecord(
            text: "endTxnMarker: \(name) coordinatorEpoch: \(epoch)",
            json: .members(["endTxnMarker": .string(name), "coordinatorEpoch": .int(Int64(epoch))]))
    }

    /// The messages' own first field is their version.
    private static func message<M: Message>(_ type: M.Type, _ label: String, _ name: String, _ record: Record) throws(FormatError) -> ControlRecord {
        guard let value = record.value, value.count >= 2 else { throw FormatError(description: "the control record at offset \(record.offset) is empty") }
        do {
            let version: Int16 = value.load(0)
            let printed = JSONPrinter.print(try M.decode(value, version: version, allowsTrailing: true), version: version)
            return ControlRecord(text: "\(label) \(printed)", json: .object([JSONValue.Member(name, try JSONReader.parse(printed))]))
        } catch {
            throw FormatError(description: "the control record at offset \(record.offset) cannot be read: \(error)")
        }
    }
}
