/// Where a broker stands in its life (KIP-631). The raw values are those that Kafka's metric `BrokerState` shows.
public enum BrokerState: Int8, Sendable, CaseIterable, CustomStringConvertible {
    /// Before its start.
    case notRunning = 0
    /// Asks to be registered, then follows the cluster's metadata until it has seen its own registration.
    case starting = 1
    /// Knows the metadata and brings its logs in order.
    case recovery = 2
    /// The controller lets it lead and serve.
    case running = 3
    /// Has asked to stop and waits until the controller has given its partitions to others.
    case pendingControlledShutdown = 6
    /// Has nothing more to say to the controller.
    case shuttingDown = 7

    /// Kafka's name, such as `PENDING_CONTROLLED_SHUTDOWN`.
    public var description: String {
        switch self {
        case .notRunning: "NOT_RUNNING"
        case .starting: "STARTING"
        case .recovery: "RECOVERY"
        case .running: "RUNNING"
        case .pendingControlledShutdown: "PENDING_CONTROLLED_SHUTDOWN"
        case .shuttingDown: "SHUTTING_DOWN"
        }
    }
}
