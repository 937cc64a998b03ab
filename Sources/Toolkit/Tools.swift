/// The table of contents: every tool of the binary, in the order that `ottla --help` lists them.
public enum Tools {
    /// A tool's name, and the tool, which is made when it is called for: a process is one of them.
    private struct Row: Sendable {
        let name: String
        /// Whether Kafka has it, as `kafka-` and the name.
        let isKafkas: Bool
        let tool: @Sendable () -> Tool

        init(_ name: String, isKafkas: Bool = true, _ tool: @escaping @Sendable () -> Tool) {
            self.name = name
            self.isKafkas = isKafkas
            self.tool = tool
        }
    }

    private static let rows = [
        Row("serve", isKafkas: false) { ServeTool.tool },
        Row("server-start") { ServerStartTool.tool },
        Row("server-stop") { ServerStopTool.tool },
        Row("topics") { TopicsTool.tool },
        Row("console-producer") { ConsoleProducerTool.tool },
        Row("console-consumer") { ConsoleConsumerTool.tool },
        Row("consumer-groups") { ConsumerGroupsTool.tool },
        Row("get-offsets") { GetOffsetsTool.tool },
        Row("transactions") { TransactionsTool.tool },
        Row("configs") { ConfigsTool.tool },
        Row("client-metrics") { ClientMetricsTool.tool },
        Row("delete-records") { DeleteRecordsTool.tool },
        Row("groups") { GroupsTool.tool },
        Row("cluster") { ClusterTool.tool },
        Row("broker-api-versions") { BrokerAPIVersionsTool.tool },
        Row("log-dirs") { LogDirsTool.tool },
        Row("dump-log") { DumpLogTool.tool },
        Row("leader-election") { LeaderElectionTool.tool },
        Row("reassign-partitions") { ReassignPartitionsTool.tool },
        Row("replica-verification") { ReplicaVerificationTool.tool },
        Row("features") { FeaturesTool.tool },
        Row("metadata-quorum") { MetadataQuorumTool.tool },
        Row("storage") { StorageTool.tool },
        Row("acls") { AclsTool.tool },
        Row("delegation-tokens") { DelegationTokensTool.tool },
        Row("producer-perf-test") { ProducerPerfTool.tool },
        Row("consumer-perf-test") { ConsumerPerfTool.tool },
        Row("verifiable-producer") { VerifiableProducerTool.tool },
        Row("verifiable-consumer") { VerifiableConsumerTool.tool },
        Row("e2e-latency") { EndToEndLatencyTool.tool },
        Row("streams-application-reset") { StreamsResetTool.tool },
        Row("metadata-shell") { MetadataShellTool.tool },
    ]

    /// All tools.
    public static let all = rows.map { $0.tool() }

    /// The tool that answers to a word: `topics`, `kafka-topics` or `kafka-topics.sh`.
    public static func named(_ word: String) -> Tool? {
        let base = word.hasSuffix(".sh") ? String(word.dropLast(3)) : word
        return rows.first { ($0.isKafkas && base == "kafka-" + $0.name) || word == $0.name }?.tool()
    }
}
