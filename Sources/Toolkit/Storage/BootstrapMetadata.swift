import KafkaProtocol

/// The first records of a new cluster, as the one who formats wants them.
struct BootstrapMetadata {
    let features: InitialFeatures
    let credentials: [UserScramCredentialRecord]

    /// For the metadata log, in order.
    var records: [RecordFrame] {
        features.recorded.map { name, level in
            var record = FeatureLevelRecord()
            record.name = name
            record.featureLevel = level
            return RecordFrame(record, version: 0)
        } + credentials.map { RecordFrame($0, version: 0) }
    }

    /// As Kafka prints it.
    var text: String {
        let levels = features.recorded.map { "FeatureLevelRecord(name='\($0.name)', featureLevel=\($0.level))" }
        let records = (levels + credentials.map(Self.text)).map { "ApiMessageAndVersion(\($0) at version 0)" }.joined(separator: ", ")
        return "BootstrapMetadata(records=[\(records)], metadataVersionLevel=\(features.release.level), source=format command)"
    }

    private static func text(_ record: UserScramCredentialRecord) -> String {
        "UserScramCredentialRecord(name='\(record.name)', mechanism=\(record.mechanism), salt=\(signed(record.salt)), "
            + "storedKey=\(signed(record.storedKey)), serverKey=\(signed(record.serverKey)), iterations=\(record.iterations))"
    }

    /// Java's bytes have a sign.
    private static func signed(_ bytes: Bytes) -> String { "[\(bytes.array.map { String(Int8(bitPattern: $0)) }.joined(separator: ", "))]" }
}

extension FormatStorage {
    static let bootstrap = Shape<BootstrapMetadata>(
        "bootstrap", "what the first controller of the cluster begins with", text: .lines { "Bootstrap metadata: \($0.text)" },
        [
            Column("metadataVersion", "level of metadata.version") { $0.features.release.level },
            Column("features", "levels of features by name") { Dictionary(uniqueKeysWithValues: $0.features.recorded.map { ($0.name, $0.level) }) },
            Column("credentials", "passwords of users", type: .array(.object(credentialFields))) { row in
                .array(row.credentials.map(credential))
            },
        ])

    private static let credentialFields = [
        Field("user", .string, "name of the user"), Field("mechanism", .integer, "1 for SCRAM-SHA-256, 2 for SCRAM-SHA-512"),
        Field("salt", .string, "in base64"), Field("storedKey", .string, "in base64"), Field("serverKey", .string, "in base64"),
        Field("iterations", .integer, "how often the password was hashed"),
    ]

    private static func credential(_ record: UserScramCredentialRecord) -> JSONValue {
        .members([
            "user": .string(record.name), "mechanism": .int(Int64(record.mechanism)), "salt": .string(Base64.encode(record.salt.array)),
            "storedKey": .string(Base64.encode(record.storedKey.array)), "serverKey": .string(Base64.encode(record.serverKey.array)),
            "iterations": .int(Int64(record.iterations)),
        ])
    }
}
