internal import KafkaClient
internal import KafkaProtocol
internal import Vocabulary

/// Hands a consumer's records to those who wait for them. Confined to the client's thread, and attached to the core before the consumer, so that the
/// room which it makes is fetched into in the same turn.
final class RecordPump: ClientMachine, @unchecked Sendable {
    // Unchecked: confined to the client's thread.
    private struct Poll {
        let id: UInt64
        let deadline: Int64
        let then: @Sendable (Result<[ConsumedRecord], KafkaError>) -> Void
    }

    private var polls: [Poll] = []
    private(set) var consumer: Consumer?

    func start(_ consumer: Consumer) { self.consumer = consumer }

    /// Calls back with the next records, with none when the time is over, or with why there are no more. What an earlier poll gave counts as dealt with.
    /// - Parameter id: to cancel it by
    func poll(_ id: UInt64, untilMs deadline: Int64, _ then: @escaping @Sendable (Result<[ConsumedRecord], KafkaError>) -> Void) {
        guard let consumer else { return then(.failure(.closedConsumer)) }
        consumer.inHand = nil
        polls.append(Poll(id: id, deadline: deadline, then: then))
    }

    /// Ends a wait, if it lasts.
    func cancel(_ id: UInt64) {
        guard let at = polls.firstIndex(where: { $0.id == id }) else { return }
        polls.remove(at: at).then(.success([]))
    }

    func commit(_ offsets: [KafkaPartition: Int64]?, _ then: @escaping @Sendable (Result<Void, KafkaError>) -> Void) {
        guard let consumer else { return then(.failure(.closedConsumer)) }
        let wanted = offsets.map { Dictionary(uniqueKeysWithValues: $0.map { (TopicPartition($0.topic, $0.partition), CommitOffset($1)) }) }
        consumer.commit(wanted) { error in then(error.map { .failure(KafkaError($0)) } ?? .success(())) }
    }

    /// Commits, if that is automatic, and leaves the group. Nobody is given records any more.
    func close(timeoutMs: Int, _ then: @escaping @Sendable (Result<Void, KafkaError>) -> Void) {
        guard let consumer else { return then(.failure(.closedConsumer)) }
        abandon()
        consumer.inHand = nil
        consumer.close(timeoutMs: timeoutMs) { error in then(error.map { .failure(KafkaError($0)) } ?? .success(())) }
    }

    /// Fails those who wait.
    func abandon() {
        consumer = nil
        let waiting = polls
        polls = []
        for poll in waiting { poll.then(.failure(.closedConsumer)) }
    }

    func advance(now: Int64) {
        guard let consumer else { return }
        while let poll = polls.first {
            guard let result = next(consumer) ?? (now >= poll.deadline ? .success([]) : nil) else { return }
            polls.removeFirst()
            poll.then(result)
        }
    }

    var nextDeadline: Int64? { polls.map(\.deadline).min() }

    /// The records of the next fetch that has any, or what ended the consumer; nil when there is nothing yet.
    private func next(_ consumer: Consumer) -> Result<[ConsumedRecord], KafkaError>? {
        do throws(ClientError) {
            while let fetched = try consumer.poll() {
                let partition = KafkaPartition(fetched.partition.topic, fetched.partition.partition)
                var records: [ConsumedRecord] = []
                do throws(ClientError) {
                    try fetched.forEach { record, _ in
                        records.append(ConsumedRecord(record, partition))
                        return true
                    }
                } catch {
                    // What came before the damage is handed out first; the next poll meets it again.
                    let resume = records.last.map { $0.offset + 1 } ?? fetched.startOffset
                    consumer.seek(fetched.partition, to: resume)
                    if records.isEmpty { throw error }
                }
                if records.isEmpty { continue }
                consumer.inHand = (fetched.partition, fetched.startOffset)
                return .success(records)
            }
            return nil
        } catch {
            return .failure(KafkaError(error))
        }
    }
}
