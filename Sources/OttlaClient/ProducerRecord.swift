/// A record to write. No value and an empty value are different things, as are no key and an empty key.
public struct ProducerRecord: Sendable, Hashable {
    public var topic: String
    /// Nil: chosen by the hash of the key, as Kafka's clients do, or, without a key, a batch at a time.
    public var partition: Int32?
    public var key: [UInt8]?
    public var value: [UInt8]?
    public var headers: [KafkaHeader]
    /// Milliseconds since 1970; nil for the time at which it is sent.
    public var timestampMs: Int64?

    public init(
        topic: String, partition: Int32? = nil, key: [UInt8]? = nil, value: [UInt8]?, headers: [KafkaHeader] = [], timestampMs: Int64? = nil
    ) {
        self.topic = topic
        self.partition = partition
        self.key = key
        self.value = value
        self.headers = headers
        self.timestampMs = timestampMs
    }

    /// A record of text in UTF-8.
    public init(topic: String, key: String? = nil, value: String) {
        self.init(topic: topic, key: key.map { Array($0.utf8) }, value: Array(value.utf8))
    }

    /// An estimate of what it takes, in bytes.
    var sizeBytes: Int {
        64 + topic.utf8.count + (key?.count ?? 0) + (value?.count ?? 0) + headers.reduce(0) { $0 + $1.key.utf8.count + ($1.value?.count ?? 0) }
    }
}
