import KafkaProtocol

extension ErrorCode {
    /// The full name of the Java exception that Kafka's client throws for this code (class `Errors` of Kafka's clients library).
    public var exceptionClass: String { "org.apache.kafka.common.errors." + exceptionName }

    /// The exception's class without its package. Most follow from the code's name; the rest are listed.
    public var exceptionName: String {
        if let irregular = Self.irregularNames[rawValue] { return irregular }
        guard rawValue > 0, !name.contains("(") else { return "UnknownServerException" }
        let camel = name.split(separator: "_").map { $0.prefix(1) + $0.dropFirst().lowercased() }.joined()
        return camel.hasSuffix("Exception") ? camel : camel + "Exception"
    }

    private static let irregularNames: [Int16: String] = [
        -1: "UnknownServerException", 2: "CorruptRecordException", 7: "TimeoutException", 10: "RecordTooLargeException",
        11: "ControllerMovedException", 18: "RecordBatchTooLargeException", 36: "TopicExistsException", 40: "InvalidConfigurationException",
        49: "InvalidPidMappingException", 50: "InvalidTxnTimeoutException", 52: "TransactionCoordinatorFencedException",
        45: "OutOfOrderSequenceException", 46: "DuplicateSequenceException", 51: "ConcurrentTransactionsException",
        61: "DelegationTokenDisabledException", 63: "DelegationTokenOwnerMismatchException", 64: "UnsupportedByAuthenticationException",
        67: "InvalidPrincipalTypeException", 68: "GroupNotEmptyException", 72: "ListenerNotFoundException", 88: "UnstableOffsetCommitException",
        97: "PrincipalDeserializationException", 60: "ReassignmentInProgressException", 108: "NewLeaderElectedException",
        112: "UnsupportedAssignorException", 128: "InvalidRegularExpression", 28: "InvalidCommitOffsetSizeException",
    ]
}
