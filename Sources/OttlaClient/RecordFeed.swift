internal import KafkaClient
internal import KafkaProtocol
internal import Synchronization

/// Takes records from any thread and feeds them to the `Producer` on the client's: those of a topic in their order, waiting where the producer must.
/// It is attached to the core before the producer, so that what it offers leaves in the same turn.
final class RecordFeed: ClientMachine, @unchecked Sendable {
    // Unchecked: what is not behind `inbox` is confined to the client's thread.
    typealias Completion = @Sendable (Result<Acknowledgement, KafkaError>) -> Void

    /// One record, from its handing over to its end. An object of its own, so that it is its producer's completion too.
    private final class Item: @unchecked Sendable {
        // Unchecked: made on the caller's thread, and handed over to the client's.
        let record: ProducerRecord
        let sizeBytes: Int
        let timestampMs: Int64
        let then: Completion
        let feed: RecordFeed
        var deadline = Int64.max
        var wave: Wave?

        init(_ record: ProducerRecord, sizeBytes: Int, timestampMs: Int64, of feed: RecordFeed, _ then: @escaping Completion) {
            self.record = record
            self.sizeBytes = sizeBytes
            self.timestampMs = timestampMs
            self.feed = feed
            self.then = then
        }

        func end(_ result: Result<Acknowledgement, KafkaError>) {
            then(result)
            guard let wave else { return }
            wave.outstanding -= 1
            if wave.outstanding == 0 { feed.settleWaves() }
        }

        /// What became of it in the producer's words.
        func end(_ result: Result<RecordMetadata, ClientError>) {
            switch result {
            case .success(let metadata): end(.success(Acknowledgement(metadata)))
            case .failure(let error): end(.failure(KafkaError(error, remedy: feed.remedy)))
            }
        }
    }

    private struct Inbox {
        var items: [Item] = []
        /// Of all that the producer has not taken yet.
        var sizeBytes = 0
        var isClosed = false
    }

    /// Records of one topic, oldest first.
    private struct Line {
        let name: String
        let topic: ProducerTopic
        var items: [Item] = []
        var head = 0
    }

    /// The records between two flushes.
    private final class Wave {
        var outstanding = 0
        var whenDone: [@Sendable () -> Void] = []
        var isSealed = false
    }

    private let inbox = Mutex(Inbox())
    private let limitBytes: Int
    private var lines: [Line] = []
    private var lineOf: [String: Int] = [:]
    private var waves: [Wave] = [Wave()]
    private(set) var producer: Producer?

    init(limitBytes: Int) { self.limitBytes = limitBytes }

    /// What came of handing a record over.
    enum Handover {
        /// The client's thread is to be woken.
        case first
        case queued
        case full
        case closed
    }

    /// Takes a record; from any thread. `then` is called once if it was taken.
    func take(_ record: ProducerRecord, timestampMs: Int64, isBounded: Bool, _ then: @escaping Completion) -> Handover {
        let item = Item(record, sizeBytes: record.sizeBytes, timestampMs: timestampMs, of: self, then)
        return inbox.withLock { inbox in
            if inbox.isClosed { return .closed }
            if isBounded, inbox.sizeBytes >= limitBytes { return .full }
            inbox.sizeBytes += item.sizeBytes
            inbox.items.append(item)
            return inbox.items.count == 1 ? .first : .queued
        }
    }

    // MARK: On the client's thread

    /// Begins to feed.
    func start(_ producer: Producer) { self.producer = producer }

    /// Calls back when every record taken so far is written or has failed.
    func flush(_ then: @escaping @Sendable () -> Void) {
        pull()
        let wave = waves[waves.count - 1]
        wave.whenDone.append(then)
        wave.isSealed = true
        waves.append(Wave())
        settleWaves()
    }

    /// Fails what the producer has not taken yet.
    func giveUpWaiting(_ error: KafkaError) {
        pull()
        var sizeBytes = 0
        for index in lines.indices {
            while let item = next(index) {
                sizeBytes += item.sizeBytes
                drop(index)
                item.end(.failure(error))
            }
        }
        free(sizeBytes)
    }

    /// Takes nothing more, and fails what the producer does not have and, by closing it, what it has not written.
    func close() {
        inbox.withLock { $0.isClosed = true }
        giveUpWaiting(.closedProducer)
        producer?.close()
        producer = nil
    }

    func advance(now: Int64) {
        guard let producer else { return }
        pull()
        offer(to: producer, now)
        if waves.count > 1 { producer.flush() }
    }

    var nextDeadline: Int64? {
        var earliest = Int64.max
        for index in lines.indices { if let item = next(index) { earliest = min(earliest, item.deadline) } }
        return earliest == .max ? nil : earliest
    }

    private func pull() {
        let items = inbox.withLock { inbox in
            defer { inbox.items = [] }
            return inbox.items
        }
        guard let producer, !items.isEmpty else { return }
        let wave = waves[waves.count - 1]
        wave.outstanding += items.count
        var line = lines.count
        for item in items {
            item.wave = wave
            if line == lines.count || lines[line].name != item.record.topic { line = self.line(of: item.record.topic, producer) }
            lines[line].items.append(item)
        }
    }

    private func line(of topic: String, _ producer: Producer) -> Int {
        if let known = lineOf[topic] { return known }
        lineOf[topic] = lines.count
        lines.append(Line(name: topic, topic: producer.topic(topic)))
        return lines.count - 1
    }

    private func next(_ line: Int) -> Item? { lines[line].head < lines[line].items.count ? lines[line].items[lines[line].head] : nil }

    /// Takes the head of a line out.
    private func drop(_ line: Int) {
        lines[line].head += 1
        // Now and then, so that a line that never empties does not keep what went.
        if lines[line].head == lines[line].items.count || lines[line].head >= 4_096 {
            lines[line].items.removeFirst(lines[line].head)
            lines[line].head = 0
        }
    }

    private func offer(to producer: Producer, _ now: Int64) {
        var takenBytes = 0
        for line in lines.indices {
            while let item = next(line) {
                let outcome = offer(item, of: line, to: producer, now)
                if case .waits(let isForMemory) = outcome {
                    // Without memory no other topic gets on either.
                    if isForMemory { return free(takenBytes) }
                    break
                }
                takenBytes += item.sizeBytes
                drop(line)
                guard case .failed(let error) = outcome else { continue }
                item.end(.failure(error))
                // Who has waited for the same is told the same.
                if error.kind == .unreachable { takenBytes += failUnplaced(error) }
            }
        }
        free(takenBytes)
    }

    /// Fails the records of topics whose partitions nobody could be asked for, and returns their size in bytes.
    private func failUnplaced(_ error: KafkaError) -> Int {
        var sizeBytes = 0
        for line in lines.indices where !lines[line].topic.isKnown {
            while let item = next(line) {
                sizeBytes += item.sizeBytes
                drop(line)
                item.end(.failure(error))
            }
        }
        return sizeBytes
    }

    private enum Outcome {
        case taken
        case waits(isForMemory: Bool)
        case failed(KafkaError)
    }

    private func offer(_ item: Item, of line: Int, to producer: Producer, _ now: Int64) -> Outcome {
        let topic = lines[line].topic
        do throws(ClientError) {
            let headers = item.record.headers.isEmpty ? [] : item.record.headers.map { RecordHeader($0.key, $0.value.map { Bytes($0) }) }
            let admission = try Self.withBytes(item.record) { key, value throws(ClientError) in
                try producer.offer(
                    topic, partition: item.record.partition, key: key, value: value, headers: headers, timestamp: item.timestampMs
                ) { item.end($0) }
            }.get()
            guard case .mustWait(let wait) = admission else { return .taken }
            if item.deadline == .max {
                item.deadline = now + Int64(min(producer.config.maxBlockMs, Int(Int32.max)))
            } else if now >= item.deadline {
                let error = producer.blocked(wait, topic)
                return .failed(KafkaError(error, remedy: remedy))
            }
            return .waits(isForMemory: wait != .metadata)
        } catch {
            return .failed(KafkaError(error, remedy: remedy))
        }
    }

    /// Passes key and value without copying them; nil stays nil.
    private static func withBytes<R>(
        _ record: ProducerRecord, _ body: (UnsafeRawBufferPointer?, UnsafeRawBufferPointer?) throws(ClientError) -> R
    ) -> Result<R, ClientError> {
        (record.key ?? []).withUnsafeBytes { key in
            (record.value ?? []).withUnsafeBytes { value in
                Result { () throws(ClientError) in try body(record.key == nil ? nil : key, record.value == nil ? nil : value) }
            }
        }
    }

    private func free(_ sizeBytes: Int) {
        if sizeBytes > 0 { inbox.withLock { $0.sizeBytes -= sizeBytes } }
    }

    fileprivate func settleWaves() {
        while let first = waves.first, first.isSealed, first.outstanding == 0 {
            waves.removeFirst()
            for then in first.whenDone { then() }
        }
    }
}
