import KafkaClient
import KafkaProtocol
import Vocabulary

/// A record could not be printed: what Java's formatter would have thrown, class and message.
struct FormatError: Error, CustomStringConvertible {
    var description: String

    /// Kafka's SerializationException.
    static func serialization(_ message: String) -> FormatError {
        FormatError(description: "org.apache.kafka.common.errors.SerializationException: \(message)")
    }
}

/// Writes records to the output, each in full or, on an error, as far as it came.
protocol MessageFormatter {
    func write(_ record: Record, timestampType: TimestampType, partition: TopicPartition, to output: OutputWriter) throws(FormatError)
}

/// The formatters by Kafka's class names.
enum MessageFormatters {
    static let defaultName = package + "DefaultMessageFormatter"
    private static let package = "org.apache.kafka.tools.consumer."

    static let names = [
        defaultName, package + "LoggingMessageFormatter", package + "NoOpMessageFormatter", package + "OffsetsMessageFormatter",
        package + "GroupMetadataMessageFormatter", package + "TransactionLogMessageFormatter", package + "group.share.ShareGroupStateMessageFormatter",
    ]

    /// - Parameter warn: told what is wrong with a property that does not keep the formatter from working.
    static func make(_ name: String, _ properties: [String: String], warn: (String) -> Void) throws(ToolError) -> any MessageFormatter {
        switch name {
        case defaultName, package + "LoggingMessageFormatter": DefaultFormatter(properties, warn: warn)
        case package + "NoOpMessageFormatter": SilentFormatter()
        case package + "OffsetsMessageFormatter": InternalRecordFormatter(.offsets)
        case package + "GroupMetadataMessageFormatter": InternalRecordFormatter(.groups)
        case package + "TransactionLogMessageFormatter": InternalRecordFormatter(.transactions)
        case package + "group.share.ShareGroupStateMessageFormatter": InternalRecordFormatter(.shareState)
        default: throw .usage(name)
        }
    }
}

/// Writes nothing; for counting, and for measuring the consumer.
struct SilentFormatter: MessageFormatter {
    func write(_ record: Record, timestampType: TimestampType, partition: TopicPartition, to output: OutputWriter) {}
}
