import KafkaProtocol
import Vocabulary

/// What is different between two images: what everything that follows from metadata is reconciled from, whether the difference comes from records, from the
/// log at a start, or from a snapshot.
public struct MetadataDelta: Sendable {
    public let old: MetadataImage
    public let new: MetadataImage
    private let touched: Touched

    /// What records may have changed; whether they did is seen in the images.
    struct Touched: Sendable {
        var topics: Set<Uuid> = []
        var configs: Set<ConfigResource> = []

        init() {}

        /// All that an image holds.
        init(_ image: MetadataImage) {
            topics = Set(image.topicNames.keys)
            configs = Set(image.configs.keys)
        }

        mutating func formUnion(_ other: Touched) {
            topics.formUnion(other.topics)
            configs.formUnion(other.configs)
        }
    }

    init(from old: MetadataImage, to new: MetadataImage, touched: Touched) {
        self.old = old
        self.new = new
        self.touched = touched
    }

    /// Compares the images as wholes.
    public init(from old: MetadataImage, to new: MetadataImage) {
        var touched = Touched(old)
        touched.formUnion(Touched(new))
        self.init(from: old, to: new, touched: touched)
    }

    /// Topics of the old image that are gone, those included whose name now belongs to another topic; by name.
    public var removedTopics: [TopicImage] {
        touched.topics.filter { new.topicNames[$0] == nil }.compactMap(old.topic).sorted { $0.name < $1.name }
    }

    /// A topic with partitions that are new or not as they were.
    public struct ChangedTopic: Sendable {
        public let topic: TopicImage
        /// Indexes, in ascending order.
        public let partitions: [Int32]
    }

    /// Topics that are new or have changed; by name.
    public var changedTopics: [ChangedTopic] {
        touched.topics.compactMap(new.topic).sorted { $0.name < $1.name }.compactMap { topic in
            let before = old.topic(topic.id)?.partitions ?? []
            let changed = topic.partitions.indices.filter { $0 >= before.count || before[$0] != topic.partitions[$0] }
            return changed.isEmpty ? nil : ChangedTopic(topic: topic, partitions: changed.map { Int32($0) })
        }
    }

    /// Resources whose own configuration is not as it was; by kind and name.
    public var changedConfigs: [ConfigResource] {
        touched.configs.filter { old.config(of: $0) != new.config(of: $0) }.sorted { ($0.kind.rawValue, $0.name) < ($1.kind.rawValue, $1.name) }
    }
}
