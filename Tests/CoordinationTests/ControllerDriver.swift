import Coordination
import KafkaProtocol
import Vocabulary

/// A one-node cluster whose metadata log is an array: decides, encodes, decodes, folds.
struct ControllerDriver {
    var controller: Controller
    var fold = MetadataFold()
    var log: [Bytes] = []
    var random = SystemRandomNumberGenerator()
    static let directory = Uuid(high: 7, low: 7)

    var image: MetadataImage { fold.image }

    init(properties: [String: String] = [:], brokers: Int32 = 1) throws {
        controller = Controller(nodeId: 1, properties: properties)
        try append(controller.bootstrapRecords())
        for id in 1...brokers {
            let endpoint = Endpoint(listener: "PLAINTEXT", host: "127.0.0.1", port: 9092)
            let identity = BrokerIdentity(id: id, incarnationId: Uuid(high: 1, low: 1), endpoints: [endpoint], logDirs: [Self.directory])
            try append(controller.startRecords(identity, offset: Int64(log.count), image: image))
        }
    }

    mutating func append(_ records: [MetadataRecord]) throws {
        for record in records {
            let bytes = record.encoded()
            try fold.replay(try MetadataRecord.decode(bytes), offset: Int64(log.count))
            log.append(bytes)
        }
    }

    mutating func create(
        _ name: String, partitions: Int32 = -1, factor: Int16 = -1, assignments: [(Int32, [Int32])] = [], configs: [(String, String?)] = [],
        validateOnly: Bool = false
    ) throws -> CreateTopicsResponse.CreatableTopicResult? {
        var request = CreateTopicsRequest()
        request.validateOnly = validateOnly
        var topic = CreateTopicsRequest.CreatableTopic()
        topic.name = name
        topic.numPartitions = partitions
        topic.replicationFactor = factor
        topic.assignments = assignments.map { index, brokers in
            var row = CreateTopicsRequest.CreatableTopic.CreatableReplicaAssignment()
            row.partitionIndex = index
            row.brokerIds = brokers
            return row
        }
        topic.configs = configs.map { key, value in
            var row = CreateTopicsRequest.CreatableTopic.CreatableTopicConfig()
            row.name = key
            row.value = value
            return row
        }
        request.topics = [topic]
        let decision = controller.createTopics(request, image: image, random: &random)
        try append(decision.records)
        return decision.response.topics.first
    }

    /// Operations as in the protocol: 0 set, 1 delete, 2 append, 3 subtract.
    mutating func alter(_ resource: ConfigResource, _ changes: [(String, Int8, String?)]) throws -> String {
        var request = IncrementalAlterConfigsRequest()
        var row = IncrementalAlterConfigsRequest.AlterConfigsResource()
        row.resourceType = resource.kind.rawValue
        row.resourceName = resource.name
        row.configs = changes.map { name, operation, value in
            var config = IncrementalAlterConfigsRequest.AlterConfigsResource.AlterableConfig()
            config.name = name
            config.configOperation = operation
            config.value = value
            return config
        }
        request.resources = [row]
        let decision = controller.incrementalAlterConfigs(request, image: image)
        try append(decision.records)
        guard let answer = decision.response.responses.first else { return "no answer" }
        return answer.errorCode == .none ? "" : "\(answer.errorCode.rawValue) \(answer.errorMessage ?? "")"
    }

    mutating func grow(_ name: String, to count: Int32, assignments: [[Int32]]? = nil) throws -> String {
        var request = CreatePartitionsRequest()
        var topic = CreatePartitionsRequest.CreatePartitionsTopic()
        topic.name = name
        topic.count = count
        topic.assignments = assignments.map {
            $0.map { brokers in
                var row = CreatePartitionsRequest.CreatePartitionsTopic.CreatePartitionsAssignment()
                row.brokerIds = brokers
                return row
            }
        }
        request.topics = [topic]
        let decision = controller.createPartitions(request, image: image, random: &random)
        try append(decision.records)
        guard let answer = decision.response.results.first else { return "no answer" }
        return answer.errorCode == .none ? "" : "\(answer.errorCode.rawValue) \(answer.errorMessage ?? "")"
    }
}

extension ConfigView {
    /// A topic's keys as DescribeConfigs shows them.
    func topicEntries(of topic: String) -> [ConfigEntry] { Self.topicEntries(image.config(of: .topic(topic)), over: inheritedTopicEntries()) }
}
