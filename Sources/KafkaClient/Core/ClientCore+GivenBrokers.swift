import KafkaProtocol

// A core that is told where the brokers are: a broker that talks to its peers knows them from the cluster's own metadata.
extension ClientCore {
    /// Takes the brokers of the cluster as the caller knows them. From the first call on the core asks nobody for metadata: a request to a broker that is
    /// not among these fails at once with `BROKER_NOT_AVAILABLE`, as do those whose way only metadata could tell. Connections to brokers that are gone
    /// or have moved are closed; what is in flight on them fails or is tried again, as its policy says.
    /// - Parameter controllerId: the active controller; -1 when none is known.
    public func useBrokers(_ brokers: [ClusterMetadata.Broker], controllerId: Int32 = -1) {
        asksForMetadata = false
        metadataWanted = false
        let old = metadata.brokers
        metadata.brokers = Dictionary(brokers.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
        metadata.controllerId = controllerId
        metadata.version += 1
        for (id, broker) in old.sorted(by: { $0.key < $1.key }) {
            let new = metadata.brokers[id]
            if let new, new.host == broker.host, new.port == broker.port { continue }
            dropChannels(of: id, reason: new == nil ? "the broker left the cluster" : "the broker moved")
        }
    }

    /// Closes what is open to a broker, and forgets how it went there.
    func dropChannels(of id: Int32, reason: String) {
        for channel in [Channel.node(id), .coordinator(id)] {
            if let connection = channels[channel] { drop(connection, reason: reason) }
            histories[channel] = nil
        }
    }
}
