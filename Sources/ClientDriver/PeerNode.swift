/// A broker as its peers know it.
public struct PeerNode: Sendable, Hashable {
    public var id: Int32
    public var host: String
    public var port: Int

    public init(id: Int32, host: String, port: Int) {
        self.id = id
        self.host = host
        self.port = port
    }
}
