import Vocabulary

/// Which partition of a coordinator's topic a group or a transactional id belongs to.
public enum CoordinatorPartition {
    /// Kafka's choice: the absolute value of the hash modulo the partitions. The one hash without an absolute value, −2³¹, counts as 0.
    public static func index(for id: String, partitions: Int32) -> Int32 {
        let hash = JavaHash.of(id)
        return partitions > 0 && hash != .min ? abs(hash) % partitions : 0
    }
}
