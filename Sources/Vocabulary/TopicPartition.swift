/// One partition of a topic. Ordered by topic, then partition.
public struct TopicPartition: Hashable, Comparable, Sendable, CustomStringConvertible {
    public var topic: String
    public var partition: Int32

    public init(_ topic: String, _ partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    /// Reads the name of a partition's directory; nil when it is not `topic-N`.
    public init?(directoryName: String) {
        guard let dash = directoryName.lastIndex(of: "-"), dash != directoryName.startIndex else { return nil }
        let digits = directoryName[directoryName.index(after: dash)...]
        guard digits.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let partition = Int32(digits) else { return nil }
        self.init(String(directoryName[..<dash]), partition)
    }

    /// The metadata log of a KRaft node.
    public static let clusterMetadata = TopicPartition(TopicName.clusterMetadata, 0)

    public static func < (a: TopicPartition, b: TopicPartition) -> Bool {
        a.topic == b.topic ? a.partition < b.partition : a.topic < b.topic
    }

    /// As Kafka writes it, and as it names the partition's directory: `orders-3`.
    public var description: String { "\(topic)-\(partition)" }

    /// `hashCode()` of Java's class of this name.
    public var javaHash: Int32 { 31 &* (31 &+ partition) &+ JavaHash.of(topic) }
}
