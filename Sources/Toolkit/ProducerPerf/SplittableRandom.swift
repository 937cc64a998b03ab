/// Java's `java.util.SplittableRandom`, so that payloads are those of Kafka's tool: a counter, mixed (Steele and others 2014).
struct SplittableRandom {
    private var state: UInt64

    private static let gamma: UInt64 = 0x9E37_79B9_7F4A_7C15

    init(seed: UInt64) { state = seed }

    /// A number below `bound`, each as likely as another.
    mutating func below(_ bound: UInt32) -> UInt32 {
        if bound & (bound &- 1) == 0 { return next() & (bound &- 1) }
        while true {
            let value = next() >> 1
            let rest = value % bound
            // What lies behind the last whole multiple would favour small numbers.
            if value - rest + (bound - 1) < 1 << 31 { return rest }
        }
    }

    /// Fills memory with letters A to Z: what as many calls of `below(26)` would give.
    mutating func fillWithLetters(_ target: UnsafeMutableRawBufferPointer) {
        var position = 0
        // Without a look at each number whether it must be drawn again, the loop keeps several multiplications under way at once.
        while position + Self.block <= target.count {
            var largest: UInt32 = 0
            for offset in 0..<Self.block {
                let value = Self.mix(state &+ Self.gamma &* UInt64(truncatingIfNeeded: offset + 1)) >> 1
                largest = max(largest, value)
                target[position + offset] = UInt8(truncatingIfNeeded: 65 + value % 26)
            }
            if largest >= Self.letterLimit { break }
            state &+= Self.gamma &* UInt64(Self.block)
            position += Self.block
        }
        while position < target.count {
            target[position] = UInt8(truncatingIfNeeded: 65 + below(26))
            position += 1
        }
    }

    private static let block = 32
    /// The largest multiple of 26 below 2^31; from there on a number is drawn again.
    private static let letterLimit: UInt32 = (1 << 31) / 26 * 26

    private mutating func next() -> UInt32 {
        state &+= Self.gamma
        return Self.mix(state)
    }

    private static func mix(_ counter: UInt64) -> UInt32 {
        var z = (counter ^ (counter >> 33)) &* 0x62A9_D9ED_7997_05F5
        z = (z ^ (z >> 28)) &* 0xCB24_D0A5_C88C_35B3
        return UInt32(truncatingIfNeeded: z >> 32)
    }
}
