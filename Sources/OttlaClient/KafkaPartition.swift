/// A partition of a topic.
public struct KafkaPartition: Sendable, Hashable, Comparable, CustomStringConvertible {
    public var topic: String
    public var partition: Int32

    public init(_ topic: String, _ partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    public static func < (a: KafkaPartition, b: KafkaPartition) -> Bool { (a.topic, a.partition) < (b.topic, b.partition) }

    /// Kafka's form, such as `orders-3`.
    public var description: String { "\(topic)-\(partition)" }
}
