import KafkaClient
import KafkaProtocol

/// `kafka-broker-api-versions`: what each broker speaks, and what of it this binary can use.
enum BrokerAPIVersionsTool {
    static let tool = Tool(command) { context in try run(context) }

    static let command = Command(
        name: "broker-api-versions", kafkaName: "kafka-broker-api-versions", purpose: "Show which versions of each API the brokers speak.",
        options: [
            Option("bootstrap-server", value: .required("host:port,..."), help: "Brokers to ask first; the others are learned from them", required: true),
            .commandConfig,
        ],
        sections: [brokers.section, versions.section], notes: ["'usable' is the newest version that both the broker and this client speak."],
        examples: ["--bootstrap-server localhost:9092", "--bootstrap-server localhost:9092 --output jsonl"])

    /// An API that a broker speaks, or one that it does not (no versions).
    struct Row {
        let broker: Int32
        let api: Int16
        let versions: ClosedRange<Int16>?

        private var request: (any Request.Type)? { APIKey(rawValue: api)?.messages.request }

        var name: String? { request.map { String($0.name.dropLast("Request".count)) } }

        /// The newest that both speak.
        var usable: Int16? {
            guard let ours = request?.versions, let versions, ours.overlaps(versions) else { return nil }
            return min(ours.upperBound, versions.upperBound)
        }

        var text: String {
            let title = "\(name ?? "UNKNOWN")(\(api)): "
            guard let versions else { return title + "UNSUPPORTED" }
            let range = versions.lowerBound == versions.upperBound ? "\(versions.lowerBound)" : "\(versions.lowerBound) to \(versions.upperBound)"
            guard let ours = request?.versions else { return title + range }
            if let usable { return "\(title)\(range) [usable: \(usable)]" }
            return "\(title)\(range) [unusable: node too \(ours.upperBound < versions.lowerBound ? "new" : "old")]"
        }
    }

    static let versions = Shape<Row>(
        "apis", "an API of a broker", text: .none,
        [
            Column("brokerId", "the broker") { $0.broker }, Column("apiKey", "number of the API") { $0.api },
            Column("name", "its name; null when this client does not know it") { $0.name },
            Column("minVersion", "lowest version; null when the broker does not speak it") { $0.versions?.lowerBound },
            Column("maxVersion", "highest version") { $0.versions?.upperBound },
            Column("usableVersion", "the newest version that both speak") { $0.usable },
        ])

    static let brokers = Shape<Admin.ClusterNode>(
        "brokers", "a broker that was asked", text: .none,
        [
            Column("id", "its id") { $0.brokerId }, Column("host", "where it listens") { $0.host }, Column("port", "and at which port") { $0.port },
            Column("rack", "its rack; null when it has none") { $0.rack },
            Column("isFenced", "whether the controller keeps it away from clients") { $0.isFenced },
        ])

    private static func run(_ context: ToolContext) throws -> ExitCode {
        let session = try context.openSession(context.clientConfig(clientId: "admin-1"))
        defer { session.close() }
        let nodes = try nodes(session.admin)
        let answers = session.admin.apiVersions(of: nodes.map(\.brokerId))
        var failures: [ExitCode] = []
        context.report.add(nodes, as: brokers)
        context.report.open(versions)
        for broker in nodes {
            let node = "\(broker.host):\(broker.port) (id: \(broker.brokerId) rack: \(broker.rack ?? "null") isFenced: \(broker.isFenced))"
            switch answers[broker.brokerId] ?? .failure(ClientError(.closed, message: "The client is closed.")) {
            case .success(let apis):
                let rows = rows(broker.brokerId, apis)
                context.report.decorate("\(node) -> (\n\t\(rows.map(\.text).joined(separator: ",\n\t"))\n)\n")
                context.report.add(rows, as: versions)
            case .failure(let failure):
                context.complain(ToolError(failure, message: "\(node): \(failure)").onOutput("\(node) -> ERROR: \(failure.message)"))
                failures.append(failure.exit)
            }
        }
        return .of(failures, among: nodes.count)
    }

    /// APIs that brokers and controllers call of each other; no client misses them.
    private static let betweenServers: Set<APIKey> = [
        .vote, .beginQuorumEpoch, .endQuorumEpoch, .alterPartition, .envelope, .fetchSnapshot, .brokerRegistration, .brokerHeartbeat, .allocateProducerIds,
        .controllerRegistration, .assignReplicasToDirs, .updateRaftVoter,
    ]

    /// Brokers before 2.8 know no DescribeCluster.
    private static func nodes(_ admin: Admin) throws -> [Admin.ClusterNode] {
        do throws(ClientError) {
            return try admin.describeCluster()
        } catch {
            guard error.kind == .unsupportedVersion else { throw error }
            return try admin.allBrokers(call: "describeCluster").map { id in
                var node = Admin.ClusterNode()
                node.brokerId = id
                return node
            }
        }
    }

    /// What the broker speaks, and what of the APIs for clients it does not; by ascending number.
    private static func rows(_ broker: Int32, _ apis: [ApiVersionsResponse.ApiVersion]) -> [Row] {
        var spoken: [Int16: Row] = [:]
        for api in apis {
            spoken[api.apiKey] = Row(broker: broker, api: api.apiKey, versions: api.minVersion...max(api.minVersion, api.maxVersion))
        }
        for key in APIKey.allCases where spoken[key.rawValue] == nil && !betweenServers.contains(key) {
            spoken[key.rawValue] = Row(broker: broker, api: key.rawValue, versions: nil)
        }
        return spoken.values.sorted { $0.api < $1.api }
    }
}
