import OttlaClient
import Testing

/// Port 1 of the loopback interface: nothing listens there.
private func lonely(_ properties: [String: String] = [:]) throws -> KafkaConsumer {
    try KafkaConsumer(bootstrapServers: "127.0.0.1:1", group: "g", topics: ["t"], properties: properties)
}

@Suite struct KafkaConsumerTests {
    @Test func aConsumerNeedsAGroupAndRightProperties() {
        let group = #expect(throws: KafkaError.self) { try KafkaConsumer(bootstrapServers: "127.0.0.1:1", topics: ["t"]) }
        #expect(group?.kind == .configuration && group?.message == "A consumer needs a group.id.")
        let reset = #expect(throws: KafkaError.self) { try lonely(["auto.offset.reset": "somewhere"]) }
        #expect(reset?.kind == .configuration)
    }

    @Test func aPollEndsEmptyWhenItsTimeIsOver() async throws {
        let consumer = try lonely()
        let start = ContinuousClock.now
        #expect(try await consumer.poll(waitMs: 100).isEmpty)
        #expect(ContinuousClock.now - start >= .milliseconds(95))
        #expect(await consumer.assignment().isEmpty)
        try await consumer.close(timeoutMs: 100)
    }

    @Test func withoutABrokerPollsFailAndSayWhy() async throws {
        let consumer = try lonely()
        let error = await #expect(throws: KafkaError.self) { while try await consumer.poll(waitMs: 10_000).isEmpty {} }
        #expect(error?.kind == .unreachable)
        #expect(error?.reason == "127.0.0.1:1: connection refused")
        try await consumer.close(timeoutMs: 100)
    }

    @Test(.timeLimit(.minutes(5))) func aCancelledTaskGetsNothingAtOnce() async throws {
        let consumer = try lonely(["default.api.timeout.ms": "1000000"])
        let task = Task { try await consumer.poll(waitMs: 900_000) }
        task.cancel()
        #expect(try await task.value.isEmpty)
        try await consumer.close(timeoutMs: 100)
    }

    @Test(.timeLimit(.minutes(5))) func closingEndsAPollThatWaits() async throws {
        let consumer = try lonely(["default.api.timeout.ms": "1000000"])
        let task = Task { try await consumer.poll(waitMs: 900_000) }
        try await Task.sleep(for: .milliseconds(50))
        try await consumer.close(timeoutMs: 100)
        let error = await #expect(throws: KafkaError.self) { try await task.value }
        #expect(error?.kind == .closed)
        let later = await #expect(throws: KafkaError.self) { try await consumer.commit() }
        #expect(later?.kind == .closed)
        try await consumer.close()
    }
}
