import Coordination
import KafkaProtocol
import Testing
import Vocabulary

@Suite struct CommittedFoldTests {
    private func topic(_ name: String, _ id: UInt64) -> MetadataRecord {
        var record = TopicRecord()
        (record.name, record.topicId) = (name, Uuid(high: 1, low: id))
        return MetadataRecord(record)
    }

    private func records(_ values: [MetadataRecord], from offset: Int64) -> CommittedMetadata {
        .records(values.enumerated().map { .init(offset: offset + Int64($0.offset), value: $0.element.encoded()) }, nextOffset: offset + Int64(values.count))
    }

    @Test func aTransactionCountsFromItsEndOn() throws {
        let store = MetadataStore()
        try store.fold(records([topic("a", 1), MetadataRecord(BeginTransactionRecord()), topic("b", 2)], from: 0))
        let first = try #require(try store.commit())
        store.publish(first)
        #expect(store.image.topicsByName.keys.sorted() == ["a"] && store.image.offset == 0)
        try store.fold(records([MetadataRecord(EndTransactionRecord())], from: 3))
        #expect(try store.commit()?.new.topicsByName.keys.sorted() == ["a", "b"])
    }

    @Test func aSnapshotReplacesTheImageByADifference() throws {
        let store = MetadataStore()
        try store.fold(records([topic("a", 1), topic("b", 2)], from: 0))
        store.publish(try #require(try store.commit()))
        try store.fold(.snapshot(MetadataSnapshot(endOffset: 90, epoch: 3), values: [topic("b", 2).encoded(), topic("c", 3).encoded()]))
        let delta = try #require(try store.commit())
        #expect(delta.removedTopics.map(\.name) == ["a"] && delta.new.topicsByName.keys.sorted() == ["b", "c"] && delta.new.offset == 89)
    }

    @Test func anUnknownRecordIsAnErrorThatNamesIt() throws {
        let store = MetadataStore()
        let unknown = CommittedMetadata.records([.init(offset: 7, value: [1, 99, 0, 0])], nextOffset: 8)
        do {
            try store.fold(unknown)
            Issue.record("it was skipped")
        } catch {
            #expect(error.reason.contains("unknown record type 99") && error.reason.contains("offset 7"))
        }
    }

    @Test func nothingIsDecidedWhereAQuorumDecides() {
        #expect(throws: MetadataFailure.self) { try MetadataStore().decide { _, _ in Controller.Decision([], 1) } }
    }
}
