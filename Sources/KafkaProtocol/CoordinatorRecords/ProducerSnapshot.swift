/// ProducerSnapshot, version 1.
public struct ProducerSnapshot: Message {
    public static let name = "ProducerSnapshot"
    public static let versions: ClosedRange<Int16> = 1...1
    public static let flexibleFrom: Int16 = .max

    public var crc: UInt32 = 0
    public var producerEntries: [ProducerEntry] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("crc", &crc)
        try w.field("producerEntries", &producerEntries)
    }

    public struct ProducerEntry: WireStruct {
        public var producerId: Int64 = 0
        public var epoch: Int16 = 0
        public var lastSequence: Int32 = 0
        public var lastOffset: Int64 = 0
        public var offsetDelta: Int32 = 0
        public var timestamp: Int64 = 0
        public var coordinatorEpoch: Int32 = 0
        public var currentTxnFirstOffset: Int64 = 0

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("producerId", &producerId)
            try w.field("epoch", &epoch)
            try w.field("lastSequence", &lastSequence)
            try w.field("lastOffset", &lastOffset)
            try w.field("offsetDelta", &offsetDelta)
            try w.field("timestamp", &timestamp)
            try w.field("coordinatorEpoch", &coordinatorEpoch)
            try w.field("currentTxnFirstOffset", &currentTxnFirstOffset)
        }
    }
}
