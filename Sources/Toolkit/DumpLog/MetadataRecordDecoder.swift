import KafkaProtocol

/// Records of the metadata log and its snapshots. They have no keys.
struct MetadataRecordDecoder: RecordDecoder {
    func decode(_ record: Record) -> RecordContent {
        guard let value = record.value else { return RecordContent(value: .text("Error at \(record.offset), skipping. The record has no value.")) }
        do throws(RecordFrameError) {
            let frame = try RecordFrame.decode(value, types: .metadata)
            let data = JSONPrinter.print(frame.message, version: frame.version)
            return RecordContent(
                value: .document("{\"type\":\"\(Self.name(type(of: frame.message).name))\",\"version\":\(frame.version),\"data\":\(data)}"))
        } catch {
            return RecordContent(value: .text("Error at \(record.offset), skipping. \(error.kafkaText)"))
        }
    }

    /// Kafka's name of the type: `UserScramCredentialRecord` is `USER_SCRAM_CREDENTIAL_RECORD`.
    private static func name(_ message: String) -> String {
        var name = ""
        for character in message {
            if character.isUppercase, !name.isEmpty { name += "_" }
            name += character.uppercased()
        }
        return name
    }
}

extension RecordFrameError {
    /// What Kafka's tools say of it.
    var kafkaText: String {
        switch self {
        case .truncated(let field): "Error while reading \(field)"
        case .unknownFrameVersion(0):
            "Could not deserialize metadata record with frame version 0. Note that upgrades from the preview release of KRaft in 2.8 to newer versions are "
                + "not supported."
        case .unknownFrameVersion(let version) where version > UInt32(Int16.max): "Value for frame version was too large."
        case .unknownFrameVersion(let version):
            "Could not deserialize metadata record due to unknown frame version \(version)(only frame version 1 is supported)"
        case .unknownType(let number) where number > UInt32(Int16.max): "Value for type was too large."
        case .unknownType(let number): "org.apache.kafka.common.errors.UnsupportedVersionException: Unknown metadata id \(number)"
        case .unknownVersion: "Value for version was too large."
        case .trailingBytes(let number, let count): "Found \(count) byte(s) of garbage after \(number)"
        case .unreadable(let number, _): "Failed to deserialize record with type \(number)"
        }
    }
}
