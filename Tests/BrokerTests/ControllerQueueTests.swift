import KafkaProtocol
import LogStorage
import Security
import Synchronization
import Testing

@testable import Broker
@testable import Coordination

/// What is asked of the controller, and when it is answered.
@Suite struct ControllerQueueTests {
    private func topics(_ names: [String]) -> CreateTopicsRequest {
        var request = CreateTopicsRequest()
        request.topics = names.map { name in
            var topic = CreateTopicsRequest.CreatableTopic()
            topic.name = name
            (topic.numPartitions, topic.replicationFactor) = (1, 1)
            return topic
        }
        return request
    }

    @Test func aCallerIsNeverHeldUpByTheLog() throws {
        let driver = try BrokerDriver()
        let metadata = driver.broker.metadata
        let woken = Mutex(0)
        metadata.onWork { woken.withLock { $0 += 1 } }
        let answers = Mutex<[String]>([])
        for name in ["a", "b", "a"] {
            metadata.submit(topics([name]), principal: .anonymous) { result in
                let code = (try? result.get())?.topics[0].errorCode ?? .unknownServerError
                answers.withLock { $0.append("\(name) \(code.name) \(metadata.image.topic(name) != nil)") }
            }
        }
        #expect(answers.withLock { $0 }.isEmpty && metadata.image.topic("a") == nil)
        #expect(woken.withLock { $0 } == 1, "one is enough for all that is asked until it is decided")
        metadata.drain()
        // In the order of the questions, each on what those before it led to, and answered only when it is in force.
        #expect(answers.withLock { $0 } == ["a NONE true", "b NONE true", "a TOPIC_ALREADY_EXISTS true"])
        #expect(driver.broker.partitions.partition("b", 0) != nil)
    }

    @Test func whatIsAskedTogetherIsSyncedTogether() throws {
        let disk = WatchedDisk(MemoryDisk(), "__cluster_metadata-0")
        let driver = try BrokerDriver(mounted: disk)
        let metadata = driver.broker.metadata
        metadata.onWork {}
        for index in 0..<20 { metadata.submit(topics(["t\(index)"]), principal: .anonymous) { _ in } }
        let before = disk.syncs
        metadata.drain()
        #expect(disk.syncs == before + 1)
        #expect(metadata.image.topicsByName.count == 20)
    }

    @Test func aNodeWhoseMetadataLogFailsStopsAndAnswersEveryone() throws {
        let disk = WatchedDisk(MemoryDisk(), "__cluster_metadata-0")
        let driver = try BrokerDriver(mounted: disk)
        let metadata = driver.broker.metadata
        metadata.onWork {}
        let fatal = Mutex<[String]>([])
        metadata.onFatal { reason in fatal.withLock { $0.append(reason) } }
        let answers = Mutex<[ErrorCode]>([])
        func ask(_ name: String) {
            metadata.submit(topics([name]), principal: .anonymous) { result in
                if case .failure(let code) = result { answers.withLock { $0.append(code) } } else { answers.withLock { $0.append(.none) } }
            }
        }
        disk.failsToSync = true
        ask("a")
        ask("b")
        metadata.drain()
        #expect(answers.withLock { $0 } == [.unknownServerError, .unknownServerError])
        #expect(fatal.withLock { $0 }.count == 1)
        #expect(metadata.image.topic("a") == nil, "nothing is in force that may not be in the log")
        disk.failsToSync = false
        ask("c")
        metadata.drain()
        #expect(answers.withLock { $0.count } == 3 && fatal.withLock { $0.count } == 1)
        #expect(metadata.image.topic("c") == nil)
    }

    @Test func aDecisionMayBeLargerThanAnyClientsBatch() throws {
        let driver = try BrokerDriver()
        let outcome = Mutex<ErrorCode?>(nil)
        // As large as what a start after a crash says of 40,000 partitions.
        let records = (0..<40_000).map { MetadataRecord.config(.topic("t"), "key-\($0)", "a value of some length that is nobody's") }
        driver.broker.metadata.record({ _ in records }) { result in
            if case .failure(let code) = result { outcome.withLock { $0 = code } } else { outcome.withLock { $0 = ErrorCode.none } }
        }
        #expect(outcome.withLock { $0 } == ErrorCode.none)
        try driver.restart()
        #expect(driver.broker.metadata.image.config(of: .topic("t")).count == 40_000)
    }

    @Test func aTopicThatIsTakenBackMayBeGoneAlready() throws {
        let driver = try BrokerDriver()
        let metadata = driver.broker.metadata
        let fatal = Mutex<String?>(nil)
        metadata.onFatal { reason in fatal.withLock { $0 = reason } }
        try driver.create("kept")
        try driver.create("gone")
        let ids = ["kept", "gone"].compactMap { metadata.image.topic($0)?.id }
        // Somebody deletes it before the node gets to take it back.
        try driver.delete("gone")
        metadata.takeBack(ids) { _ in }
        #expect(fatal.withLock { $0 } == nil)
        #expect(metadata.image.topicsByName.isEmpty)
        #expect(try driver.create("next")?.errorCode == ErrorCode.none)
    }

    @Test func producerIdsOfManyWhoAskAtOnceAreDifferent() throws {
        let driver = try BrokerDriver()
        driver.broker.metadata.onWork {}
        let ids = Mutex<[Int64]>([])
        for _ in 0..<2500 { driver.broker.producerIds.next(.anonymous) { id in ids.withLock { $0.append((try? id.get()) ?? -1) } } }
        #expect(ids.withLock { $0 }.isEmpty)
        driver.broker.metadata.drain()
        #expect(ids.withLock { $0 }.sorted() == Array(0..<2500))
        driver.broker.producerIds.next(.anonymous) { id in ids.withLock { $0.append((try? id.get()) ?? -1) } }
        #expect(ids.withLock { $0.last } == 2500)
    }
}
