import KafkaProtocol

/// Why a group request is refused: the error and, where the response has room for it, Kafka's words.
struct GroupError: Error {
    var code: ErrorCode
    var message: String

    init(_ code: ErrorCode, _ message: String) {
        self.code = code
        self.message = message
    }
}
