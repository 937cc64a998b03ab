import KafkaProtocol

/// Records of a coordinator's topic: the key begins with the type, the value with its version.
struct CoordinatorRecordDecoder: RecordDecoder {
    /// A record's key and value.
    private typealias Pair = (key: any LogMessage.Type, value: any LogMessage.Type)

    private let pairs: [Int16: Pair]

    private init(_ pairs: [Pair]) { self.pairs = Dictionary(pairs.map { ($0.key.recordType, $0) }) { first, _ in first } }

    /// Of `__consumer_offsets`.
    static let offsets = CoordinatorRecordDecoder([
        (LegacyOffsetCommitKey.self, LegacyOffsetCommitValue.self), (OffsetCommitKey.self, OffsetCommitValue.self),
        (GroupMetadataKey.self, GroupMetadataValue.self), (ConsumerGroupMetadataKey.self, ConsumerGroupMetadataValue.self),
        (ConsumerGroupPartitionMetadataKey.self, ConsumerGroupPartitionMetadataValue.self),
        (ConsumerGroupMemberMetadataKey.self, ConsumerGroupMemberMetadataValue.self),
        (ConsumerGroupTargetAssignmentMetadataKey.self, ConsumerGroupTargetAssignmentMetadataValue.self),
        (ConsumerGroupTargetAssignmentMemberKey.self, ConsumerGroupTargetAssignmentMemberValue.self),
        (ConsumerGroupCurrentMemberAssignmentKey.self, ConsumerGroupCurrentMemberAssignmentValue.self),
        (ShareGroupMemberMetadataKey.self, ShareGroupMemberMetadataValue.self), (ShareGroupMetadataKey.self, ShareGroupMetadataValue.self),
        (ShareGroupTargetAssignmentMetadataKey.self, ShareGroupTargetAssignmentMetadataValue.self),
        (ShareGroupTargetAssignmentMemberKey.self, ShareGroupTargetAssignmentMemberValue.self),
        (ShareGroupCurrentMemberAssignmentKey.self, ShareGroupCurrentMemberAssignmentValue.self),
        (ShareGroupStatePartitionMetadataKey.self, ShareGroupStatePartitionMetadataValue.self),
        (ConsumerGroupRegularExpressionKey.self, ConsumerGroupRegularExpressionValue.self),
        (StreamsGroupMetadataKey.self, StreamsGroupMetadataValue.self), (StreamsGroupMemberMetadataKey.self, StreamsGroupMemberMetadataValue.self),
        (StreamsGroupTargetAssignmentMetadataKey.self, StreamsGroupTargetAssignmentMetadataValue.self),
        (StreamsGroupTargetAssignmentMemberKey.self, StreamsGroupTargetAssignmentMemberValue.self),
        (StreamsGroupCurrentMemberAssignmentKey.self, StreamsGroupCurrentMemberAssignmentValue.self),
        (StreamsGroupTopologyKey.self, StreamsGroupTopologyValue.self),
    ])
    /// Of `__transaction_state`.
    static let transactions = CoordinatorRecordDecoder([(TransactionLogKey.self, TransactionLogValue.self)])
    /// Of `__share_group_state`.
    static let shareState = CoordinatorRecordDecoder([(ShareSnapshotKey.self, ShareSnapshotValue.self), (ShareUpdateKey.self, ShareUpdateValue.self)])

    func decode(_ record: Record) throws(FormatError) -> RecordContent {
        guard let key = record.key else {
            throw FormatError(description: "Failed to decode message at offset \(record.offset) using the specified decoder (message had a missing key)")
        }
        guard key.count >= 2 else { return Self.skipped(record, "Could not read version from key's buffer.") }
        let type: Int16 = key.load(0)
        guard let pair = pairs[type] else { return RecordContent(key: .text("Unknown record type \(type) at offset \(record.offset), skipping.")) }
        do throws(FormatError) {
            let keyText = "{\"type\":\"\(type)\",\"data\":\(try Self.read(pair.key, 0, key.dropFirst(2), "key").text)}"
            guard let value = record.value else { return RecordContent(key: .document(keyText), value: .deleted) }
            guard value.count >= 2 else { throw FormatError(description: "Could not read version from value's buffer.") }
            let version: Int16 = value.load(0)
            guard pair.value.versions.contains(version) else {
                throw FormatError(description: "Found an unknown record version \(version) for \(type) type")
            }
            var (message, data) = try Self.read(pair.value, version, value.dropFirst(2), "value")
            if let group = message as? GroupMetadataValue { data = GroupMembers.expanded(group, data) }
            return RecordContent(key: .document(keyText), value: .document("{\"version\":\"\(version)\",\"data\":\(data)}"))
        } catch {
            return Self.skipped(record, error.description)
        }
    }

    private static func skipped(_ record: Record, _ reason: String) -> RecordContent {
        RecordContent(key: .text("Error at offset \(record.offset), skipping. \(reason)"))
    }

    private static func read(
        _ type: any LogMessage.Type, _ version: Int16, _ bytes: Bytes, _ part: String
    ) throws(FormatError) -> (message: any LogMessage, text: String) {
        do {
            let message = try type.decode(bytes, version: version, allowsTrailing: true)
            return (message, JSONPrinter.print(message, version: version))
        } catch {
            throw FormatError(description: "Could not read record with version \(version) from \(part)'s buffer due to: \(error).")
        }
    }
}

/// The members of a classic consumer group: what the clients sent as bytes is itself a message.
enum GroupMembers {
    /// The JSON of a group's record with subscriptions and assignments instead of their bytes; those that cannot be read stay as they are.
    static func expanded(_ group: GroupMetadataValue, _ text: String) -> String {
        guard group.protocolType == "consumer", case .object(let fields)? = try? JSONReader.parse(text) else { return text }
        return JSONValue.object(
            fields.map { field in
                guard field.name == "members", case .array(let members) = field.value else { return field }
                return JSONValue.Member("members", .array(members.map(expanded)))
            }
        ).text
    }

    private static func expanded(_ member: JSONValue) -> JSONValue {
        guard case .object(let fields) = member else { return member }
        return .object(
            fields.map { field in
                let content =
                    switch field.name {
                    case "subscription": message(ConsumerProtocolSubscription.self, field.value)
                    case "assignment": message(ConsumerProtocolAssignment.self, field.value)
                    default: JSONValue?.none
                    }
                return JSONValue.Member(field.name, content ?? field.value)
            })
    }

    /// A message behind its version, in base64.
    private static func message<M: Message>(_ type: M.Type, _ value: JSONValue) -> JSONValue? {
        guard let bytes = value.stringValue.flatMap({ Base64.decode($0) }).map({ Bytes($0) }), bytes.count >= 2 else { return nil }
        let version: Int16 = bytes.load(0)
        guard let message = try? M.decode(bytes.dropFirst(2), version: version, allowsTrailing: true) else { return nil }
        return try? JSONReader.parse(JSONPrinter.print(message, version: version))
    }
}
