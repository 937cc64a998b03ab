import KafkaClient
import Vocabulary

/// A transaction that a partition has open.
struct OpenTransaction: Equatable {
    let partition: TopicPartition
    let producer: ProducerState
}

/// Decides which open transactions hang: those that no coordinator will end.
enum HangingTransactions {
    /// The open transactions whose producer has written nothing for longer than any transaction may last. Whoever writes may be told to go on,
    /// and is no matter of this tool.
    static func candidates(_ producers: [TopicPartition: [ProducerState]], nowMs: Int64, maxTimeoutMs: Int64) -> [OpenTransaction] {
        producers.sorted { $0.key < $1.key }.flatMap { partition, producers in
            producers.filter { $0.currentTransactionStartOffset != nil && nowMs &- $0.lastTimestamp > maxTimeoutMs }
                .map { OpenTransaction(partition: partition, producer: $0) }
        }
    }

    /// Those of the candidates that hang.
    /// - Parameters:
    ///   - ids: the transactional id of each producer id that a coordinator knows.
    ///   - descriptions: what the coordinators know of these ids; none for an id that has gone meanwhile.
    static func hanging(_ candidates: [OpenTransaction], ids: [Int64: String], descriptions: [String: TransactionDescription]) -> [OpenTransaction] {
        candidates.filter { candidate in
            guard let id = ids[candidate.producer.producerId], let description = descriptions[id] else { return true }
            // A coordinator names the partitions that an open transaction is in, and those that a marker is still to be written to.
            return !description.partitions.contains(candidate.partition)
        }
    }
}
