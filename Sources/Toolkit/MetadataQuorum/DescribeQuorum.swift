import KafkaClient
import KafkaProtocol

/// `describe`: the quorum's status, or how far each member has replicated.
struct DescribeQuorum {
    let context: ToolContext
    let admin: Admin

    // MARK: Status

    /// The quorum of a cluster.
    struct Status {
        let clusterId: String
        let quorum: QuorumDescription

        /// The voter that lags most.
        private var last: QuorumDescription.Replica? { quorum.voters.min { $0.logEndOffset < $1.logEndOffset } }

        var maxLag: Int64 {
            guard let leader = quorum.leader, let last else { return 0 }
            return leader.logEndOffset - last.logEndOffset
        }

        var maxLagTimeMs: Int64 {
            guard let leader = quorum.leader, let last, leader.replicaId != last.replicaId else { return 0 }
            guard leader.lastCaughtUpTimestamp >= 0, last.lastCaughtUpTimestamp >= 0 else { return -1 }
            return leader.lastCaughtUpTimestamp - last.lastCaughtUpTimestamp
        }

        fileprivate func members(_ replicas: [QuorumDescription.Replica]) -> [Member] {
            replicas.map { Member(id: $0.replicaId, directory: $0.replicaDirectoryId, listeners: quorum.listeners[$0.replicaId] ?? []) }
        }

        var text: String {
            """
            ClusterId:              \(clusterId)
            LeaderId:               \(quorum.leaderId)
            LeaderEpoch:            \(quorum.leaderEpoch)
            HighWatermark:          \(quorum.highWatermark)
            MaxFollowerLag:         \(maxLag)
            MaxFollowerLagTimeMs:   \(maxLagTimeMs)
            CurrentVoters:          [\(members(quorum.voters).map(\.text).joined(separator: ", "))]
            CurrentObservers:       [\(members(quorum.observers).map(\.text).joined(separator: ", "))]
            """
        }
    }

    /// A node of the quorum.
    fileprivate struct Member: FieldValue {
        let id: Int32
        let directory: Uuid
        let listeners: [QuorumDescription.Listener]

        private var endpoints: [String] {
            listeners.map { "\($0.name)://\($0.host.contains(":") ? "[\($0.host)]" : $0.host):\($0.port)" }
        }

        /// Kafka's own JSON, with a blank behind colons and commas.
        var text: String {
            var parts = ["\"id\": \(id)"]
            if directory != .zero { parts.append("\"directoryId\": \"\(directory)\"") }
            if !listeners.isEmpty { parts.append("\"endpoints\": [\(endpoints.map { "\"\($0)\"" }.joined(separator: ", "))]") }
            return "{\(parts.joined(separator: ", "))}"
        }

        static var fieldType: FieldType {
            .object([
                Field("id", .integer, "node id"), Field("directoryId", .nullable(.string), "id of the directory that holds its metadata log"),
                Field("endpoints", .array(.string), "its listeners as NAME://HOST:PORT"),
            ])
        }

        var json: JSONValue {
            .members([
                "id": .int(Int64(id)), "directoryId": directory == .zero ? .null : .string("\(directory)"),
                "endpoints": .array(endpoints.map { .string($0) }),
            ])
        }
    }

    static let status = Shape<Status>(
        "status", "the quorum", text: .lines(\.text),
        [
            Column("clusterId", "cluster id") { $0.clusterId },
            Column("leaderId", "id of the active controller, -1 for none") { $0.quorum.leaderId },
            Column("leaderEpoch", "its epoch") { $0.quorum.leaderEpoch },
            Column("highWatermark", "offset up to which metadata is committed") { $0.quorum.highWatermark },
            Column("maxFollowerLag", "records by which the slowest voter lags") { $0.maxLag },
            Column("maxFollowerLagTimeMs", "the same in milliseconds, -1 when unknown") { $0.maxLagTimeMs },
            Column("currentVoters", "voters") { $0.members($0.quorum.voters) },
            Column("currentObservers", "observers") { $0.members($0.quorum.observers) },
        ])

    func showStatus() throws {
        let clusterId = try admin.clusterId() ?? "null"
        context.report.add(Status(clusterId: clusterId, quorum: try admin.describeMetadataQuorum()), as: Self.status)
    }

    // MARK: Replication

    /// A member and how far it is.
    struct Replica {
        let state: QuorumDescription.Replica
        let leaderEnd: Int64
        let status: String
    }

    /// - Parameter isReadable: times as time that has passed at `nowMs`.
    static func replicas(isReadable: Bool, nowMs: Int64) -> Shape<Replica> {
        @Sendable func time(_ timestampMs: Int64) -> String {
            timestampMs < 0 || !isReadable ? "\(timestampMs)" : "\(nowMs - timestampMs) ms ago"
        }
        return Shape<Replica>(
            "replicas", "a member of the quorum", text: .table(.tabbed),
            [
                Column("nodeId", "node id", heading: "NodeId", width: .least(0)) { $0.state.replicaId },
                Column("directoryId", "id of the directory that holds its metadata log", heading: "DirectoryId", width: .least(0)) {
                    "\($0.state.replicaDirectoryId)"
                },
                Column("logEndOffset", "end of its log", heading: "LogEndOffset", width: .least(0)) { $0.state.logEndOffset },
                Column("lag", "records by which it lags", heading: "Lag", width: .least(0)) { $0.leaderEnd - $0.state.logEndOffset },
                Column(
                    "lastFetchTimestampMs", "when it last fetched, in milliseconds since 1970-01-01 UTC", heading: "LastFetchTimestamp", width: .least(0),
                    cell: { time($0.state.lastFetchTimestamp) }
                ) { $0.state.lastFetchTimestamp < 0 ? nil : $0.state.lastFetchTimestamp },
                Column(
                    "lastCaughtUpTimestampMs", "when it last was at the leader's end, in milliseconds since 1970-01-01 UTC",
                    heading: "LastCaughtUpTimestamp", width: .least(0), cell: { time($0.state.lastCaughtUpTimestamp) }
                ) { $0.state.lastCaughtUpTimestamp < 0 ? nil : $0.state.lastCaughtUpTimestamp },
                Column("status", "Leader, Follower or Observer", heading: "Status", width: .least(0)) { $0.status },
            ])
    }

    func showReplication(isReadable: Bool) throws {
        let quorum = try admin.describeMetadataQuorum()
        guard let leader = quorum.leader else { throw ToolError("the quorum has no leader at present: try again", exit: .unreachable) }
        func rows(_ replicas: [QuorumDescription.Replica], _ status: String) -> [Replica] {
            replicas.map { Replica(state: $0, leaderEnd: leader.logEndOffset, status: status) }
        }
        let followers = quorum.voters.filter { $0.replicaId != quorum.leaderId }
        let all = rows([leader], "Leader") + rows(followers, "Follower") + rows(quorum.observers, "Observer")
        context.report.add(all, as: Self.replicas(isReadable: isReadable, nowMs: context.wallClockMs))
    }
}
