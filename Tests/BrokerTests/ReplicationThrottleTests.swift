import Coordination
import KafkaProtocol
import Synchronization
import Testing
import Vocabulary

@testable import Broker

/// What slows replication down (KIP-73).
@Suite struct ReplicationThrottleTests {
    @Test func theRateIsThatOfTheLastSecondsAndOfAWholeOneAtLeast() {
        var rate = ThrottledRate(sampleCount: 3, sampleMs: 1000)
        rate.note(5000, now: 0)
        #expect(!rate.isExceeded(now: 0), "without a bound nothing is")
        rate.bound = 1000
        // A burst is made up for: 5000 bytes are 1000 a second after five seconds; but after three nothing is known of them.
        #expect(rate.isExceeded(now: 0) && rate.isExceeded(now: 2999) && !rate.isExceeded(now: 3000))
        rate.note(900, now: 4000)
        #expect(!rate.isExceeded(now: 4000))
        rate.note(300, now: 4500)
        #expect(rate.isExceeded(now: 4500) && !rate.isExceeded(now: 5200), "1200 bytes in a second, in 1.2 seconds")
    }

    private func image(_ configs: [ConfigResource: [String: String]]) throws -> MetadataImage {
        var fold = MetadataFold()
        var offset: Int64 = 0
        for (resource, values) in configs {
            for (name, value) in values {
                var record = ConfigRecord()
                (record.resourceType, record.resourceName, record.name, record.value) = (resource.kind.rawValue, resource.name, name, value)
                try fold.replay(MetadataRecord(record), offset: offset)
                offset += 1
            }
        }
        return fold.image
    }

    @Test func whatIsSlowedDownComesFromTheConfigurationAndGoesWithIt() throws {
        let now = Mutex<Int64>(0)
        let throttle = ReplicationThrottle(.leader, nodeId: 9, ThrottledRate()) { now.withLock { $0 } }
        let first = try image([
            .topic("some"): ["leader.replication.throttled.replicas": "0:9,1:8, 2:9"], .topic("all"): ["leader.replication.throttled.replicas": "*"],
            .topic("other"): ["follower.replication.throttled.replicas": "*"], ConfigResource(.broker, "9"): ["leader.replication.throttled.rate": "100"],
            ConfigResource(.broker, ""): ["leader.replication.throttled.rate": "1"], ConfigResource(.broker, "8"): ["leader.replication.throttled.rate": "7"],
        ])
        throttle.follow(MetadataDelta(from: MetadataImage(), to: first))
        #expect((0..<3).map { throttle.isThrottled("some", $0) } == [true, false, true])
        #expect(throttle.isThrottled("all", 7) && !throttle.isThrottled("other", 0))
        throttle.note(1000, of: "other", 0)
        #expect(!throttle.holdsUp("all", 0), "only what is named counts")
        throttle.note(99, of: "some", 2)
        #expect(!throttle.holdsUp("all", 0))
        throttle.note(2, of: "all", 5)
        #expect(throttle.holdsUp("all", 0) && throttle.holdsUp("some", 0) && !throttle.holdsUp("some", 1))
        now.withLock { $0 = 2000 }
        #expect(!throttle.holdsUp("all", 0))
        let second = try image([.topic("some"): ["leader.replication.throttled.replicas": "1:9"]])
        throttle.follow(MetadataDelta(from: first, to: second))
        #expect(!throttle.isThrottled("all", 0) && !throttle.isThrottled("some", 0) && throttle.isThrottled("some", 1))
        throttle.note(1 << 40, of: "some", 1)
        #expect(!throttle.holdsUp("some", 1), "no rate any more")
    }
}
