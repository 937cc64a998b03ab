import KafkaProtocol
import Synchronization
import Testing
import Vocabulary

@testable import LogStorage

@Suite struct MetadataSnapshotTests {
    private static let directory = "/data/__cluster_metadata-0"

    private func contents(_ count: Int) -> MetadataSnapshot.Contents {
        var contents = MetadataSnapshot.Contents()
        contents.values = (0..<count).map { Bytes("value \($0)") }
        contents.lastContainedLogTimestamp = 1_700_000_000_123
        return contents
    }

    private func file(_ snapshot: MetadataSnapshot, _ contents: MetadataSnapshot.Contents) -> Bytes {
        var all: [UInt8] = []
        snapshot.write(contents, now: 5) { all += $0.array }
        return Bytes(all)
    }

    @Test func namesAreThoseOfKafka() {
        let snapshot = MetadataSnapshot(endOffset: 643, epoch: 2)
        #expect(snapshot.fileName == "00000000000000000643-0000000002.checkpoint")
        #expect(MetadataSnapshot(fileName: snapshot.fileName) == snapshot)
        #expect(MetadataSnapshot(endOffset: 12, epoch: 9) < snapshot && snapshot < MetadataSnapshot(endOffset: 643, epoch: 3))
        for leftover in [".checkpoint.part", ".checkpoint.deleted", "-8123456789.checkpoint.part"] {
            #expect(MetadataSnapshot.isLeftover("00000000000000000643-0000000002" + leftover))
        }
        for other in [snapshot.fileName, "bootstrap.checkpoint", "notes.checkpoint.part", "00000000000000000643.checkpoint.part"] {
            #expect(!MetadataSnapshot.isLeftover(other))
        }
    }

    @Test func whatIsWrittenIsRead() throws {
        let snapshot = MetadataSnapshot(endOffset: 10_000, epoch: 3)
        for count in [0, 1, 1024, 3000] {
            let written = file(snapshot, contents(count))
            let read = try MetadataSnapshot.read(written)
            #expect(read.values == contents(count).values && read.lastContainedLogTimestamp == 1_700_000_000_123)
            #expect(read.quorum.kraftVersion == 0)
            let batches = try RecordBatches.all(in: written)
            #expect(batches.allSatisfy { $0.partitionLeaderEpoch == 3 })
            #expect(batches.first?.isControl == true && batches.last?.isControl == true && batches.count == 2 + (count + 1023) / 1024)
        }
    }

    @Test func whatTheLogSaysOfItsQuorumGoesOn() throws {
        var version = KRaftVersionRecord()
        version.kRaftVersion = 1
        let builder = RecordBatchBuilder(isControl: true)
        builder.append(timestamp: 1, key: ControlRecordType.kraftVersion.key, value: version.encoded(version: 0))
        builder.append(timestamp: 1, key: ControlRecordType.kraftVoters.key, value: VotersRecord().encoded(version: 0))
        var some = contents(3)
        for record in try RecordBatch.parse(builder.build()).records() { some.quorum.note(record) }
        #expect(some.quorum.kraftVersion == 1)
        let read = try MetadataSnapshot.read(file(MetadataSnapshot(endOffset: 9, epoch: 1), some))
        #expect(read.quorum == some.quorum && read.values == some.values)
    }

    /// Cut anywhere, or with any byte changed, it is not taken for whole.
    @Test func damageIsNoticed() throws {
        let whole = file(MetadataSnapshot(endOffset: 9, epoch: 1), contents(5))
        for count in 0..<whole.count { #expect(throws: SnapshotError.self, "cut to \(count)") { try MetadataSnapshot.read(whole.prefix(count)) } }
        for position in 0..<whole.count {
            var bytes = whole.array
            bytes[position] ^= 0x15
            // The leader epoch of a batch is not covered by its checksum, and says nothing that the name does not say.
            var start = 0
            while let next = try? RecordBatch.parse(whole, at: start).bytes.count, start + next <= position { start += next }
            if !(12..<16).contains(position - start) { #expect(isRefused(bytes), "byte \(position)") }
        }
        #expect(isRefused(whole.array + [0]))
        #expect(isRefused(whole.array + whole.array))
    }

    private func isRefused(_ bytes: [UInt8]) -> Bool { (try? MetadataSnapshot.read(Bytes(bytes))) == nil }

    @Test func theNewestSoundOneIsFound() throws {
        let disk = MemoryDisk()
        _ = try disk.createDirectory(Self.directory)
        let files = SnapshotFiles(disk: disk, directory: Self.directory)
        for end: Int64 in [10, 20, 30] { try files.write(MetadataSnapshot(endOffset: end, epoch: 1), contents(Int(end)), now: 5) }
        #expect(try files.newest(from: 0).sound?.snapshot.endOffset == 30)
        let newest = files.path(MetadataSnapshot(endOffset: 30, epoch: 1))
        try disk.writeFile(newest, try disk.readFile(newest).dropFirst(3))
        let found = try files.newest(from: 15)
        #expect(found.sound?.snapshot.endOffset == 20 && found.sound?.contents.values.count == 20 && found.damaged.map(\.snapshot.endOffset) == [30])
        #expect(try files.newest(from: 21).sound == nil)
        let rows = try files.rows()
        #expect(rows.map(\.lastContainedLogTimestamp) == [1_700_000_000_123, 1_700_000_000_123, nil] && rows.allSatisfy { $0.sizeInBytes > 200 })
        try files.remove([MetadataSnapshot(endOffset: 10, epoch: 1)])
        #expect(try files.list().map(\.endOffset) == [20, 30])
    }

    /// A name is given only to what is whole.
    @Test func anUnfinishedSnapshotHasNoName() throws {
        let disk = MemoryDisk()
        var generator = SeededGenerator(seed: 1)
        let directory = try LogDirectory(disk: disk, path: "/data", nodeId: 1, clusterId: nil, generator: &generator)
        _ = try directory.openPartition(.clusterMetadata, topicId: Uuid(high: 0, low: 1), config: LogConfig(), now: 1)
        try directory.close()
        for name in [
            "00000000000000000643-0000000002.checkpoint.part", "00000000000000000643-0000000002-77.checkpoint.part",
            "00000000000000000003-0000000002.checkpoint.deleted",
        ] {
            try disk.writeFile(Self.directory + "/" + name, Bytes("half"))
        }
        let again = try LogDirectory(disk: disk, path: "/data", nodeId: 1, clusterId: nil, generator: &generator)
        _ = try again.openPartition(.clusterMetadata, topicId: Uuid(high: 0, low: 1), config: LogConfig(), now: 1)
        #expect(try disk.names(in: Self.directory).filter { $0.contains("checkpoint") && !$0.hasPrefix("leader") } == [])
    }

    @Test func theQuorumsStateIsThatOfKafka() throws {
        let text = #"{"clusterId":"","leaderId":1,"leaderEpoch":3,"votedId":-1,"appliedOffset":0,"currentVoters":[{"voterId":1}],"data_version":0}"#
        let state = QuorumState(leaderId: 1, leaderEpoch: 3, voters: [1])
        #expect(state.content == Bytes(text) && QuorumState(Bytes(text)) == state)
        let dynamic = #"{"leaderId":1,"leaderEpoch":7,"votedId":-1,"votedDirectoryId":"AAAAAAAAAAAAAAAAAAAAAA","data_version":1}"#
        #expect(QuorumState(leaderId: 1, leaderEpoch: 7, voters: nil).content == Bytes(dynamic))
        #expect(QuorumState(Bytes(dynamic)) == QuorumState(leaderId: 1, leaderEpoch: 7, voters: nil))
        #expect(
            QuorumState(Bytes(#"{ "data_version" : 0, "leaderEpoch" : 3, "leaderId" : -1, "currentVoters" : [ {"voterId" : 3}, {"voterId" : 4} ] }"#))?.voters
                == [3, 4])
        for broken in ["", "{}", "{\"leaderId\":1", text.replacingVersion("2"), "leaderEpoch"] { #expect(QuorumState(Bytes(broken)) == nil) }
    }
}

extension String {
    fileprivate func replacingVersion(_ version: String) -> String { String(dropLast(2)) + version + "}" }
}
