import KafkaProtocol

// What a transactional producer's calls fail with, in the words of Kafka's producer.
extension ClientError {
    static var kafkaException: String { "org.apache.kafka.common.KafkaException" }

    /// A call that the state of the producer does not allow.
    static func illegalState(_ message: String) -> ClientError {
        ClientError(.illegalState, exceptionClass: "java.lang.IllegalStateException", message: message)
    }

    /// An error of no class of its own; the code stays for those who ask.
    static func unexpected(_ message: String, _ code: ErrorCode? = nil) -> ClientError {
        ClientError(.broker, code: code, exceptionClass: kafkaException, message: message)
    }

    /// Records that were not sent when their transaction was aborted.
    public static var transactionAborted: ClientError {
        ClientError(
            .closed, exceptionClass: "org.apache.kafka.common.errors.TransactionAbortedException", message: "Failing batch since transaction was aborted")
    }

    /// A failure after the last retry: whether the record is in the log is not known, so that only an abort makes sure of it.
    func afterLastRetry() -> ClientError {
        ClientError(
            .broker, code: .transactionAbortable, message: "Transaction Request was aborted after exhausting retries.", reason: description)
    }

    static func groupRefused(_ groupId: String) -> ClientError {
        ClientError(code: .groupAuthorizationFailed, message: "Not authorized to access group: \(groupId)")
    }

    /// The group has given the member's partitions to others, or does not know it.
    static func offsetsRefused(_ code: ErrorCode) -> ClientError {
        ClientError(
            .broker, code: code, exceptionClass: "org.apache.kafka.clients.consumer.CommitFailedException",
            message: "Transaction offset Commit failed due to consumer group metadata mismatch: \(code.message)")
    }

    /// - Parameter awaited: Java's name of what was awaited
    static func transactionTimeout(_ operation: String, awaiting awaited: String, _ maxBlockMs: Int64) -> ClientError {
        let reason =
            switch operation {
            case "initTransactions":
                "InitTransactions timed out - did not complete coordinator discovery or receive the InitProducerId response within max.block.ms."
            case "sendOffsetsToTransaction":
                "SendOffsetsToTransaction timed out - did not reach the coordinator or receive the TxnOffsetCommit/AddOffsetsToTxn response within max.block.ms"
            case "commitTransaction": "CommitTransaction timed out - did not complete EndTxn with the transaction coordinator within max.block.ms"
            default: "AbortTransaction timed out - did not complete EndTxn(abort) with the transaction coordinator within max.block.ms"
            }
        return ClientError(.timeout, message: "Timeout expired after \(maxBlockMs)ms while awaiting \(awaited). \(reason)")
    }
}
