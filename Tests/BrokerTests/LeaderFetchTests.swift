import Coordination
import KafkaProtocol
import LogStorage
import Synchronization
import Testing
import Vocabulary

@testable import Broker

/// What a follower does with its leader's answers.
@Suite struct LeaderFetchTests {
    /// A way to a leader whose answers the test gives.
    private final class Link: PeerLink {
        struct Asked: Sendable {
            var request: FetchRequest
            var answer: @Sendable (FetchResponse) -> Void
        }

        let asked = Mutex<[Asked]>([])

        func send<R: Request>(
            _ request: R, to node: Int32, timeoutMs: Int, versions: ClosedRange<Int16>?, then: @escaping @Sendable (Result<R.Response, PeerFailure>) -> Void
        ) {
            guard let request = request as? FetchRequest else { return }
            let answer: @Sendable (FetchResponse) -> Void = { if let response = $0 as? R.Response { then(.success(response)) } }
            asked.withLock { $0.append(Asked(request: request, answer: answer)) }
        }

        var last: Asked? { asked.withLock { $0.last } }
    }

    /// What waits for the disk until the test lets it go on.
    private final class Waiting: Sendable {
        private let bodies = Mutex<[@Sendable () -> Void]>([])

        func add(_ body: @escaping @Sendable () -> Void) { bodies.withLock { $0.append(body) } }

        func run() {
            let due = bodies.withLock { bodies in
                defer { bodies = [] }
                return bodies
            }
            for body in due { body() }
        }
    }

    private static let name = TopicPartition("t", 0), id = Uuid(high: 1, low: 2)

    private let disk = MemoryDisk()
    private let link = Link()
    private let waiting = Waiting()

    private func directory(_ mounted: (any Disk)? = nil) throws -> LogDirectories {
        var generator = SystemRandomNumberGenerator()
        return try LogDirectories(disk: mounted ?? disk, LogDirectories.Opening(paths: ["d"], nodeId: 1), generator: &generator)
    }

    private func follow(_ storage: LogDirectories) throws -> (LeaderFetch, Partition) {
        let log = try storage.openPartition(Self.name, topicId: Self.id, config: LogConfig(), now: 0)
        let context = ReplicaContext(nodeId: 1)
        let partition = Partition(topic: "t", topicId: Self.id, index: 0, log: log, context: context)
        var image = PartitionImage()
        (image.leader, image.leaderEpoch, image.replicas, image.isr) = (2, 3, [1, 2], [1, 2])
        partition.take(image, now: 0)
        let fetch = LeaderFetch(
            leader: 2,
            .init(
                fetcher: .init(nodeId: 1), context: context, storage: storage, link: link, timers: Timers(), clock: { 0 }, log: .silent,
                blocking: { [waiting] in waiting.add($0) }, timeoutMs: 1_000))
        fetch.follow([(partition, 3)])
        return (fetch, partition)
    }

    /// - Parameter logStart: nil when nothing is said of the partition
    private func answer(logStart: Int64?, highWatermark: Int64 = 3, _ records: Bytes? = nil) {
        var row = FetchResponse.FetchableTopicResponse.PartitionData()
        (row.logStartOffset, row.highWatermark, row.records) = (logStart ?? -1, highWatermark, records.map { .bytes($0) })
        var topic = FetchResponse.FetchableTopicResponse()
        (topic.topicId, topic.partitions) = (Self.id, [row])
        var response = FetchResponse()
        (response.sessionId, response.responses) = (9, logStart == nil ? [] : [topic])
        link.last?.answer(response)
    }

    private static var records: Bytes {
        let builder = RecordBatchBuilder(baseOffset: 0, partitionLeaderEpoch: 3)
        for offset in 0..<3 as Range<Int64> { builder.append(offset: offset, timestamp: 0, key: nil, value: Bytes("v"), headers: []) }
        return builder.build()
    }

    private var asked: FetchRequest.FetchTopic.FetchPartition? { link.last?.request.topics.first?.partitions.first }

    /// A leader answers DeleteRecords once its followers have told it that they begin there: that must be so after a crash, too.
    @Test func aLeaderIsToldOfALogsStartOnceThatIsOnTheDisk() throws {
        let (fetch, partition) = try follow(try directory())
        answer(logStart: 0, Self.records)
        #expect(asked?.fetchOffset == 3 && asked?.logStartOffset == 0)
        let before = link.asked.withLock { $0.count }
        answer(logStart: 2)
        #expect(partition.log.logStartOffset == 2)
        #expect(link.asked.withLock { $0.count } == before, "the disk does not have it yet")
        #expect(!disk.exists("d/log-start-offset-checkpoint"))
        waiting.run()
        #expect(asked?.logStartOffset == 2)
        #expect(try disk.readFile("d/log-start-offset-checkpoint") == Bytes("0\n1\nt 0 2\n"))
        fetch.stop()
    }

    @Test func whatTheDiskDidNotTakeIsToldOnceItDoes() throws {
        let mounted = WatchedDisk(disk, "log-start")
        let (fetch, partition) = try follow(try directory(mounted))
        answer(logStart: 0, Self.records)
        mounted.failsToSync = true
        answer(logStart: 2)
        waiting.run()
        #expect(partition.log.logStartOffset == 2 && asked == nil, "nothing is new that may be told")
        mounted.failsToSync = false
        answer(logStart: nil)
        waiting.run()
        #expect(asked?.logStartOffset == 2)
        fetch.stop()
    }
}
