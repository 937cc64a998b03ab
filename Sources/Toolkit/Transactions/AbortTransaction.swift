import KafkaClient
import Vocabulary

/// `abort`: ends a hanging transaction in one partition. Silent on success.
struct AbortTransaction {
    /// The transaction, as the command line names it.
    enum Subject: Equatable {
        case beginning(at: Int64, in: TopicPartition)
        /// Brokers before 3.0 cannot be asked where transactions begin.
        case known(AbortTransactionSpec)

        init(_ options: ParsedOptions) throws(ToolError) {
            let partition = try options.topicPartition()
            let (startOffset, producerId) = (try options.long("start-offset"), try options.long("producer-id"))
            let (producerEpoch, coordinatorEpoch) = (try options.short("producer-epoch"), try options.int("coordinator-epoch"))
            if let startOffset {
                self = .beginning(at: startOffset, in: partition)
                return
            }
            guard let producerId else {
                throw ToolError.invalid(
                    "The transaction to abort must be identified either with --start-offset (for brokers on 3.0 or above) or with --producer-id, "
                        + "--producer-epoch, and --coordinator-epoch (for older brokers)")
            }
            guard let producerEpoch else { throw ToolError.invalid("Missing required argument --producer-epoch") }
            guard let coordinatorEpoch else { throw ToolError.invalid("Missing required argument --coordinator-epoch") }
            // -1 is what describe-producers shows of a producer that no marker was written for. No coordinator's epoch is below 0, so none is fenced by it.
            self = .known(
                AbortTransactionSpec(
                    partition: partition, producerId: producerId, producerEpoch: producerEpoch, coordinatorEpoch: max(coordinatorEpoch, 0)))
        }
    }

    let run: Transactions

    func perform(_ subject: Subject) throws {
        let spec =
            switch subject {
            case .known(let spec): spec
            case .beginning(let offset, let partition): try spec(beginningAt: offset, in: partition)
            }
        try run.attempt("Failed to abort transaction \(spec)") { () throws(ClientError) in try run.admin.abortTransaction(spec) }
    }

    private func spec(beginningAt offset: Int64, in partition: TopicPartition) throws -> AbortTransactionSpec {
        let producers = try run.attempt("Failed to validate producer state for partition \(partition)") { () throws(ClientError) in
            try run.admin.describeProducers([partition])[partition]?.get()
        }
        guard let spec = Self.spec(beginningAt: offset, in: partition, producers: producers ?? []) else {
            throw ToolError.notFound("Could not find any open transactions starting at offset \(offset) on partition \(partition)")
        }
        return spec
    }

    /// The open transaction that begins at an offset; nil when there is none.
    static func spec(beginningAt offset: Int64, in partition: TopicPartition, producers: [ProducerState]) -> AbortTransactionSpec? {
        producers.first { $0.currentTransactionStartOffset == offset }.map {
            AbortTransactionSpec(
                partition: partition, producerId: $0.producerId, producerEpoch: Int16(truncatingIfNeeded: $0.producerEpoch),
                coordinatorEpoch: $0.coordinatorEpoch ?? 0)
        }
    }
}
