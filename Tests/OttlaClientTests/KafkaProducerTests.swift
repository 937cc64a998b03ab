import OttlaClient
import Testing

@Suite struct KafkaProducerTests {
    @Test func aWrongPropertyIsAConfigurationErrorWithKafkasWords() {
        let error = #expect(throws: KafkaError.self) { try KafkaProducer(bootstrapServers: "localhost:1", properties: ["acks": "7"]) }
        #expect(error?.kind == .configuration)
        #expect(error?.message == "Invalid value 7 for configuration acks: String must be one of: all, -1, 0, 1")
        #expect(throws: KafkaError.self) { try KafkaProducer(bootstrapServers: "") }
    }

    /// Port 1 of the loopback interface: nothing listens there.
    @Test func withoutABrokerASendFailsAndSaysWhy() async throws {
        let producer = try KafkaProducer(bootstrapServers: "127.0.0.1:1", properties: ["max.block.ms": "10000"])
        let error = await #expect(throws: KafkaError.self) { try await producer.send(ProducerRecord(topic: "t", value: "x")) }
        #expect(error?.kind == .unreachable)
        #expect(error?.reason == "127.0.0.1:1: connection refused")
        await producer.close()
    }

    @Test func recordsWaitForMetadataNoLongerThanMaxBlockAndAllAtTheSameTime() async throws {
        let producer = try KafkaProducer(bootstrapServers: "127.0.0.1:1", properties: ["max.block.ms": "500"])
        let ends = AsyncStream<(error: KafkaError?, at: ContinuousClock.Instant)>.makeStream()
        for topic in 0..<10 {
            producer.send(ProducerRecord(topic: "t\(topic)", value: "x")) { result in
                var error: KafkaError?
                if case .failure(let failure) = result { error = failure }
                ends.continuation.yield((error, ContinuousClock.now))
            }
        }
        await producer.close()
        ends.continuation.finish()
        var all: [(error: KafkaError?, at: ContinuousClock.Instant)] = []
        for await end in ends.stream { all.append(end) }
        #expect(all.count == 10)
        #expect(all.allSatisfy { $0.error?.kind == .timeout && $0.error?.isRetriable == true })
        let (first, last) = (try #require(all.first), try #require(all.last))
        #expect(last.at - first.at < .seconds(2), "one after another they would take five seconds")
    }

    @Test func sendsThatDoNotWaitAreRefusedWhenTheBufferIsFull() async throws {
        let producer = try KafkaProducer(bootstrapServers: "127.0.0.1:1", properties: ["buffer.memory": "10000", "max.block.ms": "60000"])
        let outcomes = AsyncStream<Result<Acknowledgement, KafkaError>>.makeStream()
        for _ in 0..<20 {
            producer.send(ProducerRecord(topic: "t", value: [UInt8](repeating: 1, count: 1_000))) { outcomes.continuation.yield($0) }
        }
        var kinds: [KafkaError.Kind] = []
        for await outcome in outcomes.stream {
            if case .failure(let error) = outcome { kinds.append(error.kind) }
            if kinds.count == 20 { break }
        }
        #expect(kinds.filter { $0 == .bufferFull }.count == 10)
        #expect(kinds.prefix(10).allSatisfy { $0 == .bufferFull }, "refused at once, before those that wait fail")
        #expect(kinds.filter { $0 == .unreachable }.count == 10)
        await producer.close()
    }

    @Test func flushWaitsForWhatWasSentBefore() async throws {
        let producer = try KafkaProducer(bootstrapServers: "127.0.0.1:1", properties: ["max.block.ms": "100"])
        let done = AsyncStream<String>.makeStream()
        producer.send(ProducerRecord(topic: "t", value: "x")) { _ in done.continuation.yield("record") }
        await producer.flush()
        done.continuation.yield("flush")
        done.continuation.finish()
        var order: [String] = []
        for await event in done.stream { order.append(event) }
        #expect(order == ["record", "flush"])
        await producer.close()
    }

    @Test func aClosedProducerTakesNothing() async throws {
        let producer = try KafkaProducer(bootstrapServers: "127.0.0.1:1", properties: [:])
        await producer.close()
        let error = await #expect(throws: KafkaError.self) { try await producer.send(ProducerRecord(topic: "t", value: "x")) }
        #expect(error?.kind == .closed)
        await producer.flush()
        await producer.close()
    }

    @Test func aProducerThatIsDroppedFailsWhatItHasNotWritten() async throws {
        let outcome = AsyncStream<Result<Acknowledgement, KafkaError>>.makeStream()
        do {
            let producer = try KafkaProducer(bootstrapServers: "127.0.0.1:1", properties: ["max.block.ms": "60000"])
            producer.send(ProducerRecord(topic: "t", value: "x")) { outcome.continuation.yield($0) }
        }
        for await result in outcome.stream {
            guard case .failure(let error) = result else {
                Issue.record("written without a broker")
                return
            }
            #expect(error.kind == .closed)
            break
        }
    }
}

@Suite struct KafkaTransactionTests {
    @Test func withoutATransactionalIdThereAreNoTransactions() async throws {
        let producer = try KafkaProducer(bootstrapServers: "127.0.0.1:1")
        let error = await #expect(throws: KafkaError.self) { try await producer.beginTransaction() }
        #expect(error?.kind == .illegalState && error?.remedy == nil)
        #expect(error?.message == "Transactional method invoked on a non-transactional producer.")
        await producer.close()
    }

    @Test func aTransactionalProducerMustBeIdempotent() {
        let error = #expect(throws: KafkaError.self) {
            try KafkaProducer(bootstrapServers: "127.0.0.1:1", properties: ["transactional.id": "t", "acks": "1"])
        }
        #expect(error?.kind == .configuration && error?.message == "Cannot set a transactional.id without also enabling idempotence.")
    }

    @Test func withoutABrokerTheStartFailsAndSaysWhyAndMayBeRepeated() async throws {
        let producer = try KafkaProducer(bootstrapServers: "127.0.0.1:1", properties: ["transactional.id": "t", "max.block.ms": "10000"])
        for _ in 0..<2 {
            let error = await #expect(throws: KafkaError.self) { try await producer.initTransactions() }
            #expect(error?.kind == .unreachable && error?.reason == "127.0.0.1:1: connection refused" && error?.remedy == nil)
        }
        let early = await #expect(throws: KafkaError.self) { try await producer.beginTransaction() }
        #expect(early?.kind == .illegalState)
        await producer.close()
        let late = await #expect(throws: KafkaError.self) { try await producer.commitTransaction() }
        #expect(late?.kind == .closed)
    }

    @Test func aStartThatTakesTooLongIsATimeout() async throws {
        let producer = try KafkaProducer(bootstrapServers: "127.0.0.1:1", properties: ["transactional.id": "t", "max.block.ms": "100"])
        let error = await #expect(throws: KafkaError.self) { try await producer.initTransactions() }
        #expect(error?.kind == .timeout && error?.isRetriable == true)
        #expect(error?.message.hasPrefix("Timeout expired after 100ms while awaiting InitProducerId.") == true)
        await producer.close()
    }

    @Test func offsetsOfAGenerationNeedItsMember() async throws {
        let producer = try KafkaProducer(bootstrapServers: "127.0.0.1:1", properties: ["transactional.id": "t"])
        let error = await #expect(throws: KafkaError.self) {
            try await producer.sendOffsets([KafkaPartition("t", 0): 1], group: KafkaGroupMetadata(groupID: "g", generationID: 3))
        }
        #expect(error?.kind == .illegalState)
        await producer.close()
    }
}
