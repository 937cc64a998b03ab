/// A header of a record. Keys may repeat.
public struct KafkaHeader: Sendable, Hashable {
    public var key: String
    public var value: [UInt8]?

    public init(_ key: String, _ value: [UInt8]?) {
        self.key = key
        self.value = value
    }
}

/// A partition of a topic.
public struct KafkaPartition: Sendable, Hashable, Comparable, CustomStringConvertible {
    public var topic: String
    public var partition: Int32

    public init(_ topic: String, _ partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    public static func < (a: KafkaPartition, b: KafkaPartition) -> Bool { (a.topic, a.partition) < (b.topic, b.partition) }

    /// Kafka's form, such as `orders-3`.
    public var description: String { "\(topic)-\(partition)" }
}

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

/// Where a record was written.
public struct Acknowledgement: Sendable, Hashable {
    public let partition: KafkaPartition
    /// -1 when the broker does not say (`acks=0`).
    public let offset: Int64
    /// Milliseconds since 1970: the record's, or the broker's when the topic says so.
    public let timestampMs: Int64
}

/// A record that was read.
public struct ConsumedRecord: Sendable, Hashable {
    public let partition: KafkaPartition
    public let offset: Int64
    /// Milliseconds since 1970; -1 when the record has no time.
    public let timestampMs: Int64
    public let key: [UInt8]?
    public let value: [UInt8]?
    public let headers: [KafkaHeader]

    /// The key as text, with what is not UTF-8 replaced.
    public var keyText: String? { key.map { String(decoding: $0, as: UTF8.self) } }
    /// The value as text, with what is not UTF-8 replaced.
    public var valueText: String? { value.map { String(decoding: $0, as: UTF8.self) } }
}
