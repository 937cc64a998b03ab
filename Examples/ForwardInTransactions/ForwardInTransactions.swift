// Reads letters from one topic and writes answers to another, each batch in a transaction with the offsets that it was read up to: an answer is there
// once for each letter, whatever fails in between.
//
//     swift run forward-in-transactions localhost:9092 letters answers 5
import OttlaClient

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@main struct ForwardInTransactions {
    static func main() async {
        let arguments = CommandLine.arguments.dropFirst()
        let servers = arguments.first ?? "localhost:9092"
        let source = arguments.dropFirst().first ?? "letters"
        let target = arguments.dropFirst(2).first ?? "answers"
        let count = arguments.dropFirst(3).first.flatMap { Int($0) } ?? 5
        do throws(KafkaError) {
            try await forward(count, from: source, to: target, on: servers)
        } catch {
            print("failed: \(error)")
            exit(1)
        }
    }

    static func forward(_ count: Int, from source: String, to target: String, on servers: String) async throws(KafkaError) {
        // Automatic commits would say that letters are dealt with before their answers are there.
        let consumer = try KafkaConsumer(
            bootstrapServers: servers, group: "forwarders", topics: [source],
            properties: ["auto.offset.reset": "earliest", "enable.auto.commit": "false", "isolation.level": "read_committed"])
        // The same id after a restart ends what the last run has left open.
        let producer = try KafkaProducer(bootstrapServers: servers, properties: ["transactional.id": "forwarder"])
        try await producer.initTransactions()

        var seen = 0
        while seen < count {
            let letters = try await consumer.poll()
            guard let last = letters.last else { continue }
            try await producer.beginTransaction()
            do throws(KafkaError) {
                for result in await producer.send(letters.map { answer($0, target) }) { _ = try result.get() }
                try await producer.sendOffsets([last.partition: last.offset + 1], group: try await consumer.groupMetadata())
                try await producer.commitTransaction()
            } catch {
                // Nobody sees the answers of an aborted transaction. The letters are read again by the next run.
                if error.remedy == .abortTransaction { try await producer.abortTransaction() }
                throw error
            }
            seen += letters.count
            print("answered: \(letters.count) letters up to offset \(last.offset) of \(last.partition)")
        }
        await producer.close()
        try await consumer.close()
    }

    static func answer(_ letter: ConsumedRecord, _ topic: String) -> ProducerRecord {
        ProducerRecord(topic: topic, key: letter.keyText, value: "answer to \(letter.valueText ?? "nothing")")
    }
}
