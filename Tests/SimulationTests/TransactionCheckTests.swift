import KafkaProtocol
import Testing
import Vocabulary

@testable import Simulation

/// Shows the checker of transactions histories that are wrong, each by one thing.
@Suite struct TransactionCheckTests {
    private static let a = TopicPartition("a", 0), b = TopicPartition("b", 0), side = TopicPartition("side", 0)
    private static let place = GroupOffset(group: "g", partition: a)

    /// Program 1 commits transaction 0 with offsets, and aborts transaction 1.
    private static func sound() -> TransactionCheck {
        var first = TransactionStory(id: "1.0")
        first.sent = [.init(value: "1.0.0", partition: a), .init(value: "1.0.1", partition: b), .init(value: "1.0.2", partition: side)]
        first.acknowledged = ["1.0.0": 0, "1.0.1": 0]
        first.offsets = [place: 7]
        first.end = .committed
        var second = TransactionStory(id: "1.1")
        second.sent = [.init(value: "1.1.0", partition: a), .init(value: "1.1.1", partition: b), .init(value: "1.1.2", partition: side)]
        second.offsets = [place: 8]
        second.end = .aborted
        return TransactionCheck(
            stories: ["1.0": first, "1.1": second],
            logs: [log(a, [(0, "1.0.0", .committed), (2, "1.1.0", .aborted)]), log(b, [(0, "1.0.1", .committed), (2, "1.1.1", .aborted)])],
            passingLogs: [log(side, [(0, "1.0.2", .committed), (2, "1.1.2", .aborted)])],
            offsets: [
                DecidedOffset(place: place, offset: 7, transaction: "1.0", fate: .committed),
                DecidedOffset(place: place, offset: 8, transaction: "1.1", fate: .aborted),
            ],
            reads: [.init(value: "1.0.0", partition: a, offset: 0)], fetchedOffsets: [.init(place: place, offset: 7, transaction: "1.0")],
            lastOffsets: [place: 7])
    }

    private static func log(_ partition: TopicPartition, _ rows: [(Int64, String, DecidedLog.Fate)]) -> DecidedLog {
        DecidedLog(partition, rows: rows.map { DecidedLog.Row(offset: $0.0, fate: $0.2, key: nil, value: Bytes($0.1)) })
    }

    @Test func aSoundHistoryIsAccepted() {
        #expect(Self.sound().violations() == [])
        // An end that was not answered may have come or not.
        var check = Self.sound()
        check.stories["1.0"]?.end = .commitAsked
        #expect(check.violations() == [])
    }

    private struct Wrong: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let change: @Sendable (inout TransactionCheck) -> Void
        /// Of a violation.
        let text: String
    }

    private static let wrongs: [Wrong] = [
        Wrong(testDescription: "a partition was left out", change: { $0.logs[1].rows[0].fate = .aborted }, text: "committed but for [\"1.0.1\"]"),
        Wrong(testDescription: "a record is lost", change: { $0.logs[1].rows.removeFirst() }, text: "committed but for [\"1.0.1\"]"),
        Wrong(
            testDescription: "all of it is lost",
            change: { check in
                for index in check.logs.indices { check.logs[index].rows.removeFirst() }
                check.offsets.removeFirst()
            }, text: "1.0 was committed, and nothing of it is there"),
        Wrong(testDescription: "its offsets are lost", change: { $0.offsets.removeFirst() }, text: "committed but for [\"1.0 g a-0\"]"),
        Wrong(
            testDescription: "what was aborted is committed",
            change: { check in for index in check.logs.indices { check.logs[index].rows[1].fate = .committed } }, text: "1.1 (aborted) is committed"),
        Wrong(
            testDescription: "nobody asked for the commit",
            change: { check in
                check.stories["1.0"]?.end = .none
            }, text: "1.0 (none) is committed"),
        Wrong(testDescription: "offsets of an aborted transaction", change: { $0.offsets[1].fate = .committed }, text: "1.1 (aborted) is committed"),
        Wrong(testDescription: "a record hangs", change: { $0.logs[0].rows[1].fate = .open }, text: "has no marker"),
        Wrong(testDescription: "a record is there twice", change: { $0.logs[0].rows.append($0.logs[0].rows[1]) }, text: "1.1.0 is at a-0:2 and at a-0:2"),
        Wrong(testDescription: "records changed places", change: { $0.logs[0].rows.reverse() }, text: "a-0: 1.0.0 stands behind 1.1.0"),
        Wrong(testDescription: "a record lies elsewhere", change: { $0.logs[0].rows[0].offset = 1 }, text: "1.0.0 was acknowledged at a-0:0"),
        Wrong(
            testDescription: "an aborted record was read",
            change: { $0.reads.insert(.init(value: "1.1.0", partition: a, offset: 2)) }, text: "1.1.0 was read as committed"),
        Wrong(
            testDescription: "a record was read elsewhere",
            change: { $0.reads.insert(.init(value: "1.0.1", partition: b, offset: 1)) }, text: "1.0.1 was read at b-0:1"),
        Wrong(
            testDescription: "a group was told an offset of an aborted transaction",
            change: { $0.fetchedOffsets.insert(.init(place: place, offset: 8, transaction: "1.1")) }, text: "g was told 8"),
        Wrong(testDescription: "a group has another offset", change: { $0.lastOffsets[place] = 8 }, text: "g has offset 8 in a-0, and 7 was committed last"),
        Wrong(testDescription: "a group has no offset", change: { $0.lastOffsets = [:] }, text: "g has offset none"),
        Wrong(testDescription: "an offset that nobody sent", change: { $0.offsets[0].offset = 6 }, text: "was never sent"),
        Wrong(
            testDescription: "another topic got an aborted record", change: { $0.passingLogs[0].rows[1].fate = .committed },
            text: "1.1.2 at side-0:2 is committed"),
        Wrong(
            testDescription: "another topic lost a record's commit", change: { $0.passingLogs[0].rows[0].fate = .aborted }, text: "1.0.2 at side-0:0 is aborted"
        ),
        Wrong(testDescription: "a record hangs in another topic", change: { $0.passingLogs[0].rows[0].fate = .open }, text: "1.0.2 at side-0:0 has no marker"),
    ]

    @Test(arguments: wrongs) private func whatIsWrongIsFound(wrong: Wrong) {
        var check = Self.sound()
        wrong.change(&check)
        let found = check.violations()
        #expect(found.contains { $0.contains(wrong.text) }, "\(found)")
    }
}
