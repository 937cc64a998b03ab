/// The table of contents: every tool of the binary, in the order that `ottla --help` lists them.
public enum Tools {
    /// All tools.
    public static let all: [Tool] = [
        ServeTool.tool,
        ServerStartTool.tool,
        ServerStopTool.tool,
        TopicsTool.tool,
        ConsoleProducerTool.tool,
        ConsoleConsumerTool.tool,
        ConsumerGroupsTool.tool,
        GetOffsetsTool.tool,
        TransactionsTool.tool,
        ConfigsTool.tool,
        ClientMetricsTool.tool,
        DeleteRecordsTool.tool,
        GroupsTool.tool,
        ClusterTool.tool,
        BrokerAPIVersionsTool.tool,
        LogDirsTool.tool,
        DumpLogTool.tool,
        LeaderElectionTool.tool,
        ReassignPartitionsTool.tool,
        ReplicaVerificationTool.tool,
        FeaturesTool.tool,
        MetadataQuorumTool.tool,
        StorageTool.tool,
        AclsTool.tool,
        DelegationTokensTool.tool,
        ProducerPerfTool.tool,
        ConsumerPerfTool.tool,
        VerifiableProducerTool.tool,
        VerifiableConsumerTool.tool,
        EndToEndLatencyTool.tool,
        StreamsResetTool.tool,
        MetadataShellTool.tool,
    ]

    /// The tool that answers to a word: `topics`, `kafka-topics` or `kafka-topics.sh`.
    public static func named(_ word: String) -> Tool? {
        let base = word.hasSuffix(".sh") ? String(word.dropLast(3)) : word
        return all.first { $0.command.kafkaName == base || ($0.command.name == base && base == word) }
    }
}
