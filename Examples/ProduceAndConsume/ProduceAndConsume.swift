// Writes a few letters to a topic, reads them back as a member of a group, and prints them.
//
//     swift run produce-and-consume localhost:9092 letters 5
import OttlaClient

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@main struct ProduceAndConsume {
    static func main() async {
        let arguments = CommandLine.arguments.dropFirst()
        let servers = arguments.first ?? "localhost:9092"
        let topic = arguments.dropFirst().first ?? "letters"
        let count = arguments.dropFirst(2).first.flatMap { Int($0) } ?? 5
        do throws(KafkaError) {
            try await write(count, to: topic, on: servers)
            try await read(count, from: topic, on: servers)
        } catch {
            // A typed error: `error.kind` tells what to do about it, `error.isRetriable` whether to try again.
            print("failed: \(error)")
            exit(1)
        }
    }

    static func write(_ count: Int, to topic: String, on servers: String) async throws(KafkaError) {
        let producer = try KafkaProducer(bootstrapServers: servers, properties: ["compression.type": "zstd"])

        // One record, one await.
        let first = try await producer.send(ProducerRecord(topic: topic, key: "ottla", value: "letter 1"))
        print("written: letter 1 to \(first.partition) at offset \(first.offset)")

        // Many at once: they share batches.
        let others = (1..<max(1, count)).map { ProducerRecord(topic: topic, key: "ottla", value: "letter \($0 + 1)") }
        for (record, result) in zip(others, await producer.send(others)) {
            let written = try result.get()
            print("written: \(String(decoding: record.value ?? [], as: UTF8.self)) to \(written.partition) at offset \(written.offset)")
        }
        await producer.close()
    }

    static func read(_ count: Int, from topic: String, on servers: String) async throws(KafkaError) {
        let consumer = try KafkaConsumer(
            bootstrapServers: servers, group: "readers", topics: [topic],
            properties: ["auto.offset.reset": "earliest", "enable.auto.commit": "false"])
        var seen = 0
        while seen < count {
            for record in try await consumer.poll() {
                print("read: \(record.keyText ?? "-")=\(record.valueText ?? "-") from \(record.partition) at offset \(record.offset)")
                seen += 1
            }
            try await consumer.commit()
        }
        try await consumer.close()
    }
}
