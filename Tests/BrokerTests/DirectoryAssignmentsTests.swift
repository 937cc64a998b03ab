import Coordination
import KafkaProtocol
import LogStorage
import Synchronization
import Testing

@testable import Broker

/// What the controller is told of the directories of replicas while it takes its time.
@Suite struct DirectoryAssignmentsTests {
    /// A controller that decides when it is told to.
    private final class Link: ControllerLink, @unchecked Sendable {
        // Unchecked: one thread uses it.
        private(set) var asked: [AssignReplicasToDirsRequest] = []
        private var waiting: [@Sendable (Result<AssignReplicasToDirsResponse, ErrorCode>) -> Void] = []

        var isKnown: Bool { true }
        func versions(_ key: APIKey) -> ClosedRange<Int16>? { nil }

        func send<R: Request>(_ request: R, then: @escaping @Sendable (Result<R.Response, ErrorCode>) -> Void) {
            guard let request = request as? AssignReplicasToDirsRequest else { return then(.failure(.unsupportedVersion)) }
            asked.append(request)
            waiting.append { result in then(result.map { $0 as! R.Response }) }
        }

        func accept() {
            var response = AssignReplicasToDirsResponse()
            response.directories = asked[asked.count - waiting.count].answered { _, _, _ in .none }
            waiting.removeFirst()(.success(response))
        }

        func fail() { waiting.removeFirst()(.failure(.requestTimedOut)) }

        var directories: [Uuid] { asked.flatMap(\.directories).map(\.id) }
    }

    /// A number that closures may raise.
    private final class Count: Sendable {
        private let number = Mutex(0)
        var value: Int { number.withLock { $0 } }
        func add() { number.withLock { $0 += 1 } }
    }

    private let driver: BrokerDriver
    private let link = Link()
    private let key: DirectoryAssignments.Key
    private let here: Uuid
    private let there: Uuid

    init() throws {
        driver = try BrokerDriver { $0.dataDirectories = ["/a", "/b"] }
        var topic = CreateTopicsRequest.CreatableTopic()
        (topic.name, topic.numPartitions, topic.replicationFactor) = ("t", 1, 1)
        var request = CreateTopicsRequest()
        request.topics = [topic]
        #expect(try driver.send(request).topics.map(\.errorCode) == [.none])
        key = try #require(driver.broker.partitions.partition("t", 0)).key
        (here, there) = (driver.broker.storage.all[0].directoryId, driver.broker.storage.all[1].directoryId)
        #expect(driver.broker.metadata.image.partition("t", 0)?.directory(of: 1) == here)
        driver.broker.metadata.use(link)
    }

    private func tell(_ directory: Uuid, if isStillSo: () -> Bool = { true }) -> Count {
        let count = Count()
        driver.broker.directoryAssignments.tell([(key, directory)], if: isStillSo) { count.add() }
        return count
    }

    /// The old directory of a move failed while the controller was being told of the new one: the metadata still shows the old one, but not for long.
    @Test(arguments: [true, false])
    func whatMayBeDecidedAlreadyIsTakenBack(_ isAccepted: Bool) {
        let forward = tell(there), back = tell(here)
        #expect(link.directories == [there])
        if isAccepted {
            link.accept()
        } else {
            link.fail()
            driver.now += 1000
            driver.fireTimers()
        }
        #expect(link.directories == [there, here])
        link.accept()
        #expect(forward.value == (isAccepted ? 1 : 0) && back.value == 1)
        // Nobody knows yet what the metadata will show, until it does.
        driver.broker.directoryAssignments.follow(MetadataDelta(from: MetadataImage(), to: driver.broker.metadata.image))
        #expect(tell(here).value == 1 && link.asked.count == 2)
    }

    @Test func whatIsNotSoAnyMoreIsNotTold() {
        #expect(tell(there, if: { false }).value == 0 && link.asked.isEmpty)
        #expect(tell(here).value == 1 && link.asked.isEmpty)
    }
}
