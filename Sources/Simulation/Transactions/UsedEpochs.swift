import Broker
import Coordination
import KafkaProtocol
import LogStorage
import Vocabulary

/// Lets the coordinator find producers whose epochs are nearly used up, as years of transactions leave them: what comes next takes them to new producer ids.
enum UsedEpochs {
    /// Writes transactional ids into the coordinator's log; it knows them after its next start.
    /// - Parameter ids: each with its producer id and the epoch that it has reached
    static func write(_ ids: [(name: String, producerId: Int64, epoch: Int16)], into broker: Broker, version: Int16, now: Int64) throws {
        let logs = broker.partitions.all.filter { $0.topic == TopicName.transactionState }
        for id in ids {
            let index = CoordinatorPartition.index(for: id.name, partitions: Int32(logs.count))
            guard let partition = logs.first(where: { $0.index == index }) else { throw SimulationError("there is no coordinator of \(id.name)") }
            var key = TransactionLogKey()
            key.transactionalId = id.name
            var value = TransactionLogValue()
            value.producerId = id.producerId
            value.producerEpoch = id.epoch
            value.transactionTimeoutMs = 10_000
            value.transactionStatus = TransactionState.completeCommit.rawValue
            value.transactionLastUpdateTimestampMs = now
            value.transactionStartTimestampMs = now
            value.clientTransactionVersion = version >= 2 ? 2 : 0
            let record = CoordinatorRecord(key: key, value: value, version: version >= 1 ? 1 : 0)
            let builder = RecordBatchBuilder()
            builder.append(timestamp: now, key: record.key, value: record.value)
            _ = try partition.log.append(builder.build(), leaderEpoch: partition.leaderEpoch, now: now, origin: .coordinator)
            _ = try partition.log.sync()
        }
    }
}
