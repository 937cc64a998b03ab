/// The iteration order of Java's `HashMap`. Kafka's tools print some lists in it. Java's assignors visit members in it, and which member keeps a partition
/// that several could keep depends on it; a leader written in another language must decide alike, or a change of leader would move partitions.
public enum JavaHash {
    /// `String.hashCode()`.
    public static func of(_ text: String) -> Int32 {
        var hash: Int32 = 0
        for unit in text.utf16 { hash = 31 &* hash &+ Int32(unit) }
        return hash
    }

    /// The bucket of a hash code in a table of `capacity` buckets (a power of two).
    public static func bucket(_ hash: Int32, capacity: Int) -> Int {
        let bits = UInt32(bitPattern: hash)
        return Int(bits ^ (bits >> 16)) & (capacity - 1)
    }

    /// The table size after inserting `count` keys one by one into a map of default capacity.
    public static func capacity(forCount count: Int) -> Int {
        var capacity = 16
        while count * 4 > capacity * 3 { capacity *= 2 }
        return capacity
    }

    /// Elements in the order in which a `HashMap` that received them in this order yields them.
    public static func ordered<Element>(_ elements: [Element], hash: (Element) -> Int32) -> [Element] {
        let capacity = capacity(forCount: elements.count)
        return elements.enumerated()
            .map { (bucket: bucket(hash($0.element), capacity: capacity), index: $0.offset, element: $0.element) }
            .sorted { ($0.bucket, $0.index) < ($1.bucket, $1.index) }
            .map(\.element)
    }
}
