/// One partition of a topic. Ordered by topic, then partition.
public struct TopicPartition: Hashable, Comparable, Sendable, CustomStringConvertible {
    public var topic: String
    public var partition: Int32

    public init(_ topic: String, _ partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    public static func < (a: TopicPartition, b: TopicPartition) -> Bool {
        a.topic == b.topic ? a.partition < b.partition : a.topic < b.topic
    }

    /// As Kafka writes it: `orders-3`.
    public var description: String { "\(topic)-\(partition)" }

    /// `hashCode()` of Java's class of this name.
    var javaHash: Int32 { 31 &* (31 &+ partition) &+ JavaHash.of(topic) }
}
