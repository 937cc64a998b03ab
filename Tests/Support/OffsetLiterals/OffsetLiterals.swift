import Vocabulary

// For tests alone, whose offsets and leader epochs are the numbers that they expect.

extension Offset: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int64) { self.init(value) }
}

extension LeaderEpoch: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int32) { self.init(value) }
}
