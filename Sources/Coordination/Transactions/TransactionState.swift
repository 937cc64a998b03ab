/// Where a transaction stands (Kafka's `TransactionState`); the raw value is what the log holds.
public enum TransactionState: Int8, CaseIterable, Sendable {
    /// No transaction was begun since the producer was given its id and epoch.
    case empty = 0
    case ongoing = 1
    /// The end is decided; markers are on their way.
    case prepareCommit = 2
    case prepareAbort = 3
    /// Every partition has its marker.
    case completeCommit = 4
    case completeAbort = 5
    case dead = 6
    case prepareEpochFence = 7

    /// The name that ListTransactions and DescribeTransactions carry.
    public var name: String {
        switch self {
        case .empty: "Empty"
        case .ongoing: "Ongoing"
        case .prepareCommit: "PrepareCommit"
        case .prepareAbort: "PrepareAbort"
        case .completeCommit: "CompleteCommit"
        case .completeAbort: "CompleteAbort"
        case .dead: "Dead"
        case .prepareEpochFence: "PrepareEpochFence"
        }
    }

    public init?(name: String) {
        guard let state = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = state
    }

    /// Whether the end is decided and not done.
    var isPrepared: Bool { self == .prepareCommit || self == .prepareAbort }

    /// Whether a producer that has not been heard of for long may be forgotten.
    var isExpirable: Bool { self == .empty || self == .completeCommit || self == .completeAbort }
}
