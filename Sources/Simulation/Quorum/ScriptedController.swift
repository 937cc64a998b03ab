import Coordination
import KafkaProtocol
import Vocabulary

/// A controller of a scripted quorum: its log and snapshots, what it knows of the epoch, and Kafka's rules of answering an observer.
public struct ScriptedController: Sendable {
    public let id: Int32
    public let address: HostPort
    public var epoch: Int32 = 0
    public var leaderId: Int32?
    public var isDown = false
    /// Batches without a gap from `logStart` on.
    public private(set) var batches: [RecordBatch] = []
    public private(set) var logStart: Int64 = 0
    /// The oldest one ends where the log begins, once it does not begin with offset 0.
    public private(set) var snapshots: [MetadataSnapshot: Bytes] = [:]
    /// -1 as long as a leader has committed nothing in its epoch.
    public var highWatermark: Int64 = -1
    /// Where each follower's log ends, as far as it is known to be this one's.
    var matches: [Int32: Int64] = [:]

    init(id: Int32) {
        self.id = id
        address = HostPort(host: "c\(id)", port: 9000 + Int(id))
    }

    public var isLeader: Bool { leaderId == id }
    public var logEnd: Int64 { batches.last?.nextOffset ?? logStart }
    public var lastEpoch: Int32 { batches.last?.partitionLeaderEpoch ?? snapshots.keys.max()?.epoch ?? 0 }

    mutating func append(_ batch: RecordBatch) { batches.append(batch) }

    mutating func learn(epoch: Int32, leader: Int32?) {
        if epoch > self.epoch || leaderId == nil { leaderId = leader }
        if epoch > self.epoch { highWatermark = -1 }
        self.epoch = epoch
    }

    // MARK: Following another controller

    /// Takes up to `count` batches of a leader's log, behind what both have.
    mutating func follow(_ leader: ScriptedController, count: Int) {
        while let last = batches.last, last.nextOffset > leader.logStart, !leader.batches.contains(where: { $0.bytes == last.bytes }) { batches.removeLast() }
        if logEnd < leader.logStart || lastEpochDiffers(from: leader) {
            guard let (newest, bytes) = leader.snapshots.max(by: { $0.key < $1.key }) else { return }
            snapshots = [newest: bytes]
            batches = []
            logStart = newest.endOffset
        }
        for batch in leader.batches.filter({ $0.baseOffset >= logEnd }).prefix(count) { batches.append(batch) }
    }

    private func lastEpochDiffers(from leader: ScriptedController) -> Bool {
        guard logEnd == leader.logStart, logEnd > 0 else { return false }
        return leader.snapshots.keys.min()?.epoch != lastEpoch
    }

    // MARK: Snapshots

    mutating func keep(_ snapshot: MetadataSnapshot, _ bytes: Bytes) { if snapshots[snapshot] == nil { snapshots[snapshot] = bytes } }

    /// Lets the log begin with a snapshot; older ones go.
    mutating func trim(to snapshot: MetadataSnapshot) {
        guard snapshots[snapshot] != nil, snapshot.endOffset <= logEnd else { return }
        snapshots = snapshots.filter { $0.key >= snapshot }
        batches.removeAll { $0.baseOffset < snapshot.endOffset }
        logStart = snapshot.endOffset
    }

    func epoch(at offset: Int64) -> Int32 {
        batches.first { $0.baseOffset <= offset && $0.lastOffset >= offset }?.partitionLeaderEpoch ?? snapshots.keys.min()?.epoch ?? 0
    }

    // MARK: Answering

    /// Why a request that only the leader serves is refused.
    private func refusal(_ requestEpoch: Int32) -> ErrorCode {
        if requestEpoch < epoch { return .fencedLeaderEpoch }
        if requestEpoch > epoch { return .unknownLeaderEpoch }
        return isLeader ? .none : .notLeaderOrFollower
    }

    /// What is wrong with a request as a whole: it must be of this cluster and about one topic, with a partition at least.
    private static func refusal(of asked: String?, _ clusterId: String, _ partitions: [Int]) -> ErrorCode {
        if let asked, asked != clusterId { return .inconsistentClusterId }
        return partitions.count == 1 && partitions[0] > 0 ? .none : .invalidRequest
    }

    private enum Placed {
        case valid
        case snapshot(MetadataSnapshot)
        case diverging(epoch: Int32, endOffset: Int64)
    }

    /// Whether a log that ends so can be a beginning of this one.
    private func place(_ offset: Int64, _ epoch: Int32) -> Placed {
        if offset == 0, let newest = snapshots.keys.max() { return .snapshot(newest) }
        if logStart == 0 && offset == 0 { return .valid }
        if let earliest = snapshots.keys.min(), let newest = snapshots.keys.max(),
            offset < logStart || (offset == logStart && epoch != earliest.epoch) || epoch < earliest.epoch
        {
            return .snapshot(newest)
        }
        let end = endOffset(ofEpoch: epoch)
        return end.epoch != epoch || end.offset < offset ? .diverging(epoch: end.epoch, endOffset: end.offset) : .valid
    }

    private func endOffset(ofEpoch epoch: Int32) -> (epoch: Int32, offset: Int64) {
        if epoch > lastEpoch { return (lastEpoch, logEnd) }
        if let last = batches.last(where: { $0.partitionLeaderEpoch <= epoch }) { return (last.partitionLeaderEpoch, last.nextOffset) }
        // Before the log's first epoch.
        return (snapshots.keys.min()?.epoch ?? epoch, logStart)
    }

    /// - Parameter leader: where the leader that this controller believes in is reached, if the version tells that
    public func answer(_ request: FetchRequest, clusterId: String, leader: HostPort?) -> FetchResponse {
        var response = FetchResponse()
        response.errorCode = Self.refusal(of: request.clusterId, clusterId, request.topics.map(\.partitions.count))
        guard response.errorCode == .none else { return response }
        let asked = request.topics[0].partitions[0]
        var partition = FetchResponse.FetchableTopicResponse.PartitionData()
        partition.currentLeader.leaderId = leaderId ?? -1
        partition.currentLeader.leaderEpoch = epoch
        partition.errorCode = refusal(asked.currentLeaderEpoch)
        partition.highWatermark = -1
        partition.records = .bytes(.empty)
        if partition.errorCode == .none {
            partition.highWatermark = highWatermark
            switch place(asked.fetchOffset, asked.lastFetchedEpoch) {
            case .valid: partition.records = .bytes(records(from: asked.fetchOffset, maxBytes: Int(request.maxBytes)))
            case .snapshot(let snapshot):
                partition.snapshotId.endOffset = snapshot.endOffset
                partition.snapshotId.epoch = snapshot.epoch
            case .diverging(let epoch, let endOffset):
                partition.divergingEpoch.epoch = epoch
                partition.divergingEpoch.endOffset = endOffset
            }
        }
        var topic = FetchResponse.FetchableTopicResponse()
        topic.topic = request.topics[0].topic
        topic.topicId = request.topics[0].topicId
        topic.partitions = [partition]
        response.responses = [topic]
        if let leaderId, let leader {
            var endpoint = FetchResponse.NodeEndpoint()
            (endpoint.nodeId, endpoint.host, endpoint.port) = (leaderId, leader.host, Int32(leader.port))
            response.nodeEndpoints = [endpoint]
        }
        return response
    }

    /// So many bytes, whether they end with a batch or not, but the first batch whole.
    private func records(from offset: Int64, maxBytes: Int) -> Bytes {
        var bytes: [UInt8] = []
        for batch in batches where batch.nextOffset > offset {
            if bytes.isEmpty {
                bytes += batch.bytes.array
            } else if bytes.count < maxBytes {
                bytes += batch.bytes.prefix(maxBytes - bytes.count).array
            }
        }
        return Bytes(bytes)
    }

    public func answer(_ request: FetchSnapshotRequest, clusterId: String, leader: HostPort?) -> FetchSnapshotResponse {
        var response = FetchSnapshotResponse()
        response.errorCode = Self.refusal(of: request.clusterId, clusterId, request.topics.map(\.partitions.count))
        guard response.errorCode == .none else { return response }
        let asked = request.topics[0].partitions[0]
        var partition = FetchSnapshotResponse.TopicSnapshot.PartitionSnapshot()
        partition.currentLeader.leaderId = leaderId ?? -1
        partition.currentLeader.leaderEpoch = epoch
        partition.errorCode = refusal(asked.currentLeaderEpoch)
        partition.unalignedRecords = .bytes(.empty)
        if partition.errorCode == .none {
            let id = MetadataSnapshot(endOffset: asked.snapshotId.endOffset, epoch: asked.snapshotId.epoch)
            if let bytes = snapshots[id] {
                if asked.position >= 0, asked.position < Int64(bytes.count) {
                    partition.snapshotId.endOffset = id.endOffset
                    partition.snapshotId.epoch = id.epoch
                    partition.size = Int64(bytes.count)
                    partition.position = asked.position
                    partition.unalignedRecords = .bytes(bytes.dropFirst(Int(asked.position)).prefix(Int(request.maxBytes)))
                } else {
                    partition.errorCode = .positionOutOfRange
                }
            } else {
                partition.errorCode = .snapshotNotFound
            }
        }
        var topic = FetchSnapshotResponse.TopicSnapshot()
        topic.name = request.topics[0].name
        topic.partitions = [partition]
        response.topics = [topic]
        if let leaderId, let leader {
            var endpoint = FetchSnapshotResponse.NodeEndpoint()
            (endpoint.nodeId, endpoint.host, endpoint.port) = (leaderId, leader.host, UInt16(leader.port))
            response.nodeEndpoints = [endpoint]
        }
        return response
    }
}
