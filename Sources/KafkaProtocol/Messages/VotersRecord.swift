/// VotersRecord, version 0; carried inside other messages and records.
public struct VotersRecord: Message {
    public static let name = "VotersRecord"
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var version: Int16 = 0
    public var voters: [Voter] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("version", &version)
        try w.field("voters", &voters)
    }

    public struct Voter: WireStruct {
        public var voterId: Int32 = 0
        public var voterDirectoryId: Uuid = .zero
        public var endpoints: [Endpoint] = []
        public var kRaftVersionFeature: KRaftVersionFeature = KRaftVersionFeature()

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("voterId", &voterId)
            try w.field("voterDirectoryId", &voterDirectoryId)
            try w.field("endpoints", &endpoints)
            try w.field("kRaftVersionFeature", &kRaftVersionFeature)
        }

        public struct Endpoint: WireStruct {
            public var name: String = ""
            public var host: String = ""
            public var port: UInt16 = 0

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("name", &name)
                try w.field("host", &host)
                try w.field("port", &port)
            }
        }

        public struct KRaftVersionFeature: WireStruct {
            public var minSupportedVersion: Int16 = 0
            public var maxSupportedVersion: Int16 = 0

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("minSupportedVersion", &minSupportedVersion)
                try w.field("maxSupportedVersion", &maxSupportedVersion)
            }
        }
    }
}
