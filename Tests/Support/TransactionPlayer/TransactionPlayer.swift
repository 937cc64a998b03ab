// Plays transactions that a test writes to standard input, a command a line, and prints a line for each with what came of it. The Java program of
// the same name in Tests/Integration does the same with Kafka's own client, so that the two can be compared.
import OttlaClient

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@main struct TransactionPlayer {
    let servers: String
    var producers: [String: KafkaProducer] = [:]
    var consumers: [String: KafkaConsumer] = [:]
    /// Where each consumer goes on.
    var positions: [String: [KafkaPartition: Int64]] = [:]
    /// Consumers as their groups knew them when it was asked for.
    var groups: [String: KafkaGroupMetadata] = [:]
    var lastGroup = 0

    static func main() async {
        var player = TransactionPlayer(servers: CommandLine.arguments.dropFirst().first ?? "localhost:9092")
        while let line = readLine() {
            do throws(KafkaError) {
                print("\(line) -> \(try await player.play(line.split(separator: " ").map(String.init)))")
            } catch {
                print("\(line) -> \(Self.name(error.kind)): \(error.message)")
            }
            fflush(nil)
        }
    }

    static func name(_ kind: KafkaError.Kind) -> String {
        switch kind {
        case .broker(_, let name): name
        case .illegalState: "ILLEGAL_STATE"
        case .timeout: "REQUEST_TIMED_OUT"
        default: "\(kind)"
        }
    }

    /// Plays one command.
    mutating func play(_ words: [String]) async throws(KafkaError) -> String {
        guard words.count >= 2 else { return "nothing to do" }
        let name = words[1]
        switch words[0] {
        case "producer": producers[name] = try KafkaProducer(bootstrapServers: servers, properties: Self.properties(words.dropFirst(2)))
        case "consumer":
            let properties = ["auto.offset.reset": "earliest", "enable.auto.commit": "false"].merging(Self.properties(words.dropFirst(4))) { $1 }
            consumers[name] = try KafkaConsumer(bootstrapServers: servers, group: words[2], topics: [words[3]], properties: properties)
        case "poll": return try await poll(name, count: Int(words[2]) ?? 0)
        case "read": return try await read(name, words[2], count: Int(words[3]) ?? 0)
        case "note": groups[name] = try await consumers[name]?.groupMetadata()
        case "leave":
            try await consumers[name]?.close()
            consumers[name] = nil
        default: return try await transact(words)
        }
        return "ok"
    }

    /// Plays a command to a producer.
    private func transact(_ words: [String]) async throws(KafkaError) -> String {
        guard let producer = producers[words[1]] else { return "no such producer" }
        switch words[0] {
        case "init": try await producer.initTransactions()
        case "begin": try await producer.beginTransaction()
        case "send": return "ok \(try await producer.send(ProducerRecord(topic: words[2], value: words[3])).offset)"
        case "queue": producer.send(ProducerRecord(topic: words[2], value: words[3])) { _ in }
        case "offsets": try await producer.sendOffsets([KafkaPartition(words[3], 0): Int64(words[4]) ?? 0], group: KafkaGroupMetadata(groupID: words[2]))
        case "forward":
            guard let group = groups[words[2]] else { return "no such consumer" }
            try await producer.sendOffsets(positions[words[2]] ?? [:], group: group)
        case "commit": try await producer.commitTransaction()
        case "abort": try await producer.abortTransaction()
        case "close": await producer.close()
        default: return "no such command"
        }
        return "ok"
    }

    private static func properties(_ words: ArraySlice<String>) -> [String: String] {
        words.reduce(into: [:]) { properties, word in
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            properties[parts[0]] = parts.count > 1 ? parts[1] : ""
        }
    }

    /// Reads until `count` records came.
    private mutating func poll(_ name: String, count: Int) async throws(KafkaError) -> String {
        guard let consumer = consumers[name] else { return "no such consumer" }
        var values: [String] = []
        for _ in 0..<300 where values.count < count {
            for record in try await consumer.poll(waitMs: 100) {
                values.append(record.valueText ?? "null")
                positions[name, default: [:]][record.partition] = record.offset + 1
            }
        }
        return values.joined(separator: " ")
    }

    /// Reads a topic from its beginning in a group of its own; looks a little longer than until `count` records came, for those that should not.
    private mutating func read(_ topic: String, _ isolation: String, count: Int) async throws(KafkaError) -> String {
        lastGroup += 1
        let consumer = try KafkaConsumer(
            bootstrapServers: servers, group: "reader-\(getpid())-\(lastGroup)", topics: [topic],
            properties: ["auto.offset.reset": "earliest", "enable.auto.commit": "false", "isolation.level": isolation])
        var values: [String] = []
        var extra = 0
        for _ in 0..<300 where extra < 5 {
            for record in try await consumer.poll(waitMs: 100) { values.append("\(record.offset)=\(record.valueText ?? "null")") }
            if values.count >= count { extra += 1 }
        }
        try await consumer.close()
        return values.joined(separator: " ")
    }
}
