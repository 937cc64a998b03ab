import KafkaProtocol

/// Kafka's producer properties, with Kafka's defaults and the texts of its ConfigException.
public struct ProducerConfig: Sendable {
    /// Who places records that name no partition.
    public enum Partitioner: Sendable {
        /// Keys by hash, others on one partition until a batch's worth went there (KIP-794).
        case standard
        /// Every record on the next partition.
        case roundRobin
    }

    /// How many replicas must have a record: 0, 1, or -1 for all in sync.
    public var acks: Int16 = -1
    public var lingerMs = 5
    /// Bytes.
    public var batchSize = 16_384
    /// Bytes that a full batch may grow to while it waits for its turn to be sent; `batchSize` or less for no growth. Larger batches cost the
    /// broker less, so it is on unless `batch.size` was set.
    public var batchGrowthLimit = 512 << 10
    /// Bytes of records that may wait.
    public var bufferMemory = 33_554_432
    public var maxBlockMs = 60_000
    public var deliveryTimeoutMs = 120_000
    public var requestTimeoutMs = 30_000
    /// Bytes.
    public var maxRequestSize = 1_048_576
    public var maxInFlight = 5
    public var retries = Int(Int32.max)
    public var retryBackoffMs = 100
    public var retryBackoffMaxMs = 1_000
    public var compression = Compression.none
    public var compressionLevel: Int?
    public var isIdempotent = true
    /// Names the producer across its restarts; records can be sent in transactions only then.
    public var transactionalId: String?
    /// After this time the coordinator aborts a transaction that has not ended.
    public var transactionTimeoutMs = 60_000
    public var partitioner = Partitioner.standard
    /// Treats records with a key like those without.
    public var ignoresKeys = false
    /// Prefers partitions whose queues are shorter.
    public var isAdaptive = true

    public init() {}

    /// Reads Java properties.
    /// - Throws: a `.configuration` error.
    public init(properties: [String: String]) throws(ClientError) {
        let reader = ConfigReader(properties)
        switch try reader.choice("acks", default: "all", of: ["all", "-1", "0", "1"]) {
        case "0": acks = 0
        case "1": acks = 1
        default: acks = -1
        }
        // Times that no one waits for are cut to where sums of them cannot overflow.
        lingerMs = min(try reader.long("linger.ms", default: lingerMs, atLeast: 0), Int(Int32.max))
        batchSize = try reader.int("batch.size", default: batchSize, atLeast: 0)
        if reader.properties["batch.size"] != nil { batchGrowthLimit = 0 }
        bufferMemory = try reader.long("buffer.memory", default: bufferMemory, atLeast: 0)
        maxBlockMs = try reader.long("max.block.ms", default: maxBlockMs, atLeast: 0)
        requestTimeoutMs = try reader.int("request.timeout.ms", default: requestTimeoutMs, atLeast: 0)
        maxRequestSize = try reader.int("max.request.size", default: maxRequestSize, atLeast: 0)
        maxInFlight = try reader.int("max.in.flight.requests.per.connection", default: maxInFlight, atLeast: 1)
        retries = try reader.int("retries", default: retries, atLeast: 0)
        retryBackoffMs = min(try reader.long("retry.backoff.ms", default: retryBackoffMs, atLeast: 0), Int(Int32.max))
        retryBackoffMaxMs = min(try reader.long("retry.backoff.max.ms", default: retryBackoffMaxMs, atLeast: 0), Int(Int32.max))
        ignoresKeys = try reader.bool("partitioner.ignore.keys", default: false)
        isAdaptive = try reader.bool("partitioner.adaptive.partitioning.enable", default: true)
        try ClientConfigRules.checkProducer(reader)
        try readDeliveryTimeout(reader)
        try readCompression(reader)
        try readPartitioner(reader)
        try readIdempotence(reader)
        try readTransactions(reader)
    }

    private mutating func readDeliveryTimeout(_ reader: ConfigReader) throws(ClientError) {
        deliveryTimeoutMs = try reader.int("delivery.timeout.ms", default: deliveryTimeoutMs, atLeast: 0)
        let least = min(lingerMs + requestTimeoutMs, Int(Int32.max))
        guard deliveryTimeoutMs < least else { return }
        guard reader.properties["delivery.timeout.ms"] == nil else {
            throw .configuration("delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms")
        }
        deliveryTimeoutMs = least
    }

    private mutating func readCompression(_ reader: ConfigReader) throws(ClientError) {
        let name = try reader.choice("compression.type", default: "none", of: Compression.allCases.map(\.name))
        compression = Compression(name: name) ?? .none
        // A level is checked also where it does not count.
        for candidate in Compression.allCases {
            let level = try Self.level(of: candidate, reader)
            if candidate == compression { compressionLevel = level }
        }
    }

    private static func level(of compression: Compression, _ reader: ConfigReader) throws(ClientError) -> Int? {
        let property = "compression.\(compression.name).level"
        guard let levels = compression.levels, let text = reader.string(property) else { return nil }
        let level = try reader.int(property, default: compression.defaultLevel)
        guard levels.contains(level) || level == compression.defaultLevel else {
            let bounds = compression == .gzip ? "Value must be between \(levels.lowerBound) and \(levels.upperBound) or equal to -1" : nil
            let limit = level < levels.lowerBound ? "Value must be at least \(levels.lowerBound)" : "Value must be no more than \(levels.upperBound)"
            throw ConfigReader.invalid(property, text, bounds ?? limit)
        }
        return level
    }

    private mutating func readPartitioner(_ reader: ConfigReader) throws(ClientError) {
        guard let name = reader.string("partitioner.class"), !name.isEmpty else { return }
        guard name == "org.apache.kafka.clients.producer.RoundRobinPartitioner" else {
            throw ConfigReader.invalid("partitioner.class", name, "Class \(name) could not be found.")
        }
        partitioner = .roundRobin
    }

    /// Idempotence is on unless it was switched off, or was not asked for and another property rules it out.
    private mutating func readIdempotence(_ reader: ConfigReader) throws(ClientError) {
        let isAsked = reader.properties["enable.idempotence"] != nil
        isIdempotent = try reader.bool("enable.idempotence", default: true)
        guard isIdempotent else { return }
        var obstacle: String?
        if retries == 0 { obstacle = "Must set retries to non-zero when using the idempotent producer." }
        if obstacle == nil, acks != -1 {
            obstacle = "Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence."
        }
        if isAsked, let obstacle { throw .configuration(obstacle) }
        // This one also where idempotence is only the default.
        if maxInFlight > 5 {
            throw .configuration(
                "To use the idempotent producer, max.in.flight.requests.per.connection must be set to at most 5. Current value is \(maxInFlight).")
        }
        isIdempotent = obstacle == nil
    }

    private mutating func readTransactions(_ reader: ConfigReader) throws(ClientError) {
        transactionTimeoutMs = try reader.int("transaction.timeout.ms", default: transactionTimeoutMs)
        transactionalId = reader.string("transactional.id")
        if transactionalId?.isEmpty == true { throw ConfigReader.invalid("transactional.id", "", "String must be non-empty") }
        guard isIdempotent || transactionalId == nil else { throw .configuration("Cannot set a transactional.id without also enabling idempotence.") }
        guard try reader.bool("transaction.two.phase.commit.enable", default: false), reader.properties["transaction.timeout.ms"] != nil else { return }
        throw .configuration(
            "Cannot set transaction.timeout.ms when transaction.two.phase.commit.enable is set to true. "
                + "Transactions will not expire with two-phase commit enabled.")
    }
}
