import KafkaClient
import Vocabulary

/// `describe-producers`: who wrote to a partition, as its leader or another replica knows it.
struct DescribeProducers {
    let run: Transactions

    static let producers = Shape<ProducerState>(
        "producers", "a producer that wrote to the partition", text: .table(.tabbed),
        [
            Column("producerId", "producer id", heading: "ProducerId", width: .least(0)) { $0.producerId },
            Column("producerEpoch", "producer epoch", heading: "ProducerEpoch", width: .least(0)) { $0.producerEpoch },
            Column(
                "latestCoordinatorEpoch", "epoch of the coordinator that wrote its last marker, -1 for none", heading: "LatestCoordinatorEpoch",
                width: .least(0)
            ) { $0.coordinatorEpoch ?? -1 },
            Column("lastSequence", "sequence number of its last record", heading: "LastSequence", width: .least(0)) { $0.lastSequence },
            Column(
                "lastTimestampMs", "timestamp of its last batch, in milliseconds since 1970-01-01 UTC", heading: "LastTimestamp", width: .least(0)
            ) { $0.lastTimestamp },
            Column(
                "currentTransactionStartOffset", "offset at which its open transaction begins", heading: "CurrentTransactionStartOffset", width: .least(0),
                cell: { $0.currentTransactionStartOffset.map { "\($0)" } ?? "None" }
            ) { $0.currentTransactionStartOffset },
        ])

    func perform(_ partition: TopicPartition, broker: Int32?) throws {
        let replica = broker.map { "broker \($0)" } ?? "leader"
        let producers = try run.attempt("Failed to describe producers for partition \(partition) on \(replica)") { () throws(ClientError) in
            try run.admin.describeProducers([partition], broker: broker)[partition]?.get()
        }
        run.context.report.add(producers ?? [], as: Self.producers)
    }
}
