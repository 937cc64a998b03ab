import KafkaClient

/// The subcommands of `kafka-cluster`.
struct ClusterQuestions {
    let context: ToolContext
    let admin: Admin

    static let ids = Shape<String?>(
        "ids", "the cluster",
        text: .lines { id in id.map { "Cluster ID: \($0)" } ?? "No cluster ID found. The Kafka version is probably too old." },
        [Column("clusterId", "cluster id") { $0 }])

    func showId() throws -> ExitCode {
        context.report.add(try admin.clusterId(), as: Self.ids)
        return .done
    }

    func unregister(_ broker: Int32) throws -> ExitCode {
        do throws(ClientError) {
            try admin.unregisterBroker(broker)
        } catch {
            guard error.kind == .unsupportedVersion || error.code == .unsupportedVersion else { throw error }
            let text = "The target cluster does not support the broker unregistration API."
            throw ToolError(text).onOutput(text)
        }
        context.report.say("Broker \(broker) is no longer registered.")
        return .done
    }

    /// Host and rack are as wide as the longest of them, not of the heading.
    static func endpoints(isController: Bool, _ nodes: [Admin.ClusterNode] = []) -> Shape<Admin.ClusterNode> {
        let host = nodes.map(\.host.utf16.count).max() ?? 100
        let rack = nodes.compactMap { $0.rack?.utf16.count }.max() ?? 10
        return Shape<Admin.ClusterNode>(
            "endpoints", "a node and where it is", text: .table(TableStyle()),
            [
                Column("id", "node id", heading: "ID", width: .fixed(10)) { $0.brokerId },
                Column("host", "host", heading: "HOST", width: .fixed(host)) { $0.host },
                Column("port", "port", heading: "PORT", width: .fixed(10)) { $0.port },
                Column("rack", "rack", heading: "RACK", width: .fixed(rack), cell: { $0.rack ?? "null" }) { $0.rack },
                Column("state", "fenced or unfenced; null for controllers", heading: "STATE", width: .fixed(10)) {
                    isController ? nil : $0.isFenced ? "fenced" : "unfenced"
                },
                Column("endpointType", "broker or controller", heading: "ENDPOINT_TYPE", width: .fixed(15)) { _ in isController ? "controller" : "broker" },
            ])
    }

    func listEndpoints(isController: Bool, fenced: Bool) throws -> ExitCode {
        let nodes = try admin.describeCluster(fenced: fenced)
        context.report.add(nodes, as: Self.endpoints(isController: isController, nodes), hiding: isController ? ["state"] : [])
        return .done
    }
}
