import OttlaClient

/// One transactional producer.
struct TransactionLoad: Player {
    private let producer: KafkaProducer

    /// Nil when the broker does not let it begin.
    init?(servers: String) async {
        do throws(KafkaError) {
            producer = try KafkaProducer(bootstrapServers: servers, properties: ["transactional.id": "load", "linger.ms": "0", "batch.size": "1000000"])
            try await producer.initTransactions()
        } catch {
            print("load: \(error)")
            return nil
        }
    }

    /// `COUNT RECORDS TOPIC PARTITIONS`; false when it cannot be done.
    func play(_ words: [String]) async -> Bool {
        guard words.count == 4, let count = Int(words[0]), let records = Int(words[1]), let partitions = Int32(words[3]) else { return false }
        let topic = words[2]
        let value = [UInt8](repeating: UInt8(ascii: "x"), count: 100)
        do throws(KafkaError) {
            for _ in 0..<count {
                try await producer.beginTransaction()
                for index in 0..<records {
                    producer.send(ProducerRecord(topic: topic, partition: Int32(truncatingIfNeeded: index) % partitions, value: value)) { _ in }
                }
                try await producer.commitTransaction()
            }
        } catch {
            print("load: \(error)")
            return false
        }
        return true
    }
}
