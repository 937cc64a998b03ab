/// Java's `java.util.Random`, a linear congruential generator of 48 bits, so that letters are those of Kafka's tool.
struct JavaRandom {
    private var state: Int64

    init(seed: Int64) { state = (seed ^ 0x5_DEEC_E66D) & (1 << 48 - 1) }

    /// A number below `bound`, which must be positive: `nextInt(bound)`.
    mutating func below(_ bound: Int32) -> Int32 {
        if bound & (bound - 1) == 0 { return Int32(truncatingIfNeeded: (Int64(bound) * Int64(next31())) >> 31) }
        while true {
            let value = next31()
            let rest = value % bound
            if !(value - rest).addingReportingOverflow(bound - 1).overflow { return rest }
        }
    }

    private mutating func next31() -> Int32 {
        state = (state &* 0x5_DEEC_E66D &+ 0xB) & (1 << 48 - 1)
        return Int32(truncatingIfNeeded: state >> 17)
    }
}
