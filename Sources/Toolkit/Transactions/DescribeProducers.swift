import KafkaClient
import Vocabulary

/// `describe-producers`: who wrote to a partition, as its leader or another replica knows it.
struct DescribeProducers {
    let run: Transactions

    static let header = ["ProducerId", "ProducerEpoch", "LatestCoordinatorEpoch", "LastSequence", "LastTimestamp", "CurrentTransactionStartOffset"]

    func perform(_ partition: TopicPartition, broker: Int32?) throws {
        let replica = broker.map { "broker \($0)" } ?? "leader"
        let producers = try run.attempt("Failed to describe producers for partition \(partition) on \(replica)") { () throws(ClientError) in
            try run.admin.describeProducers([partition], broker: broker)[partition]?.get()
        }
        run.writeTable(Self.header, (producers ?? []).map(Self.row))
    }

    static func row(_ producer: ProducerState) -> [String] {
        [
            "\(producer.producerId)", "\(producer.producerEpoch)", "\(producer.coordinatorEpoch ?? -1)", "\(producer.lastSequence)",
            "\(producer.lastTimestamp)", producer.currentTransactionStartOffset.map { "\($0)" } ?? "None",
        ]
    }
}
