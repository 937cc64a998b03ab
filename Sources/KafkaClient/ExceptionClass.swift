import KafkaProtocol

extension ErrorCode {
    /// The full name of the Java exception that Kafka's client throws for this code (class `Errors` of Kafka's clients library).
    public var exceptionClass: String { (self == .invalidRecord ? "org.apache.kafka.common." : "org.apache.kafka.common.errors.") + exceptionName }

    /// The exception's class without its package. Most follow from the code's name; the rest are listed.
    public var exceptionName: String {
        if let irregular = Self.irregularNames[rawValue] { return irregular }
        guard rawValue > 0, !name.contains("(") else { return "UnknownServerException" }
        let camel = name.split(separator: "_").map { $0.prefix(1) + $0.dropFirst().lowercased() }.joined()
        return camel.hasSuffix("Exception") ? camel : camel + "Exception"
    }

    private static let irregularNames: [Int16: String] = [
        -1: "UnknownServerException", 2: "CorruptRecordException", 7: "TimeoutException", 10: "RecordTooLargeException",
        11: "ControllerMovedException", 12: "OffsetMetadataTooLarge", 18: "RecordBatchTooLargeException", 29: "TopicAuthorizationException",
        30: "GroupAuthorizationException", 31: "ClusterAuthorizationException", 36: "TopicExistsException", 40: "InvalidConfigurationException",
        45: "OutOfOrderSequenceException", 46: "DuplicateSequenceException", 49: "InvalidPidMappingException", 50: "InvalidTxnTimeoutException",
        53: "TransactionalIdAuthorizationException", 56: "KafkaStorageException", 58: "SaslAuthenticationException",
        61: "DelegationTokenDisabledException", 64: "UnsupportedByAuthenticationException", 65: "DelegationTokenAuthorizationException",
        68: "GroupNotEmptyException", 97: "PrincipalDeserializationException", 106: "FetchSessionTopicIdException", 128: "InvalidRegularExpression",
    ]
}
