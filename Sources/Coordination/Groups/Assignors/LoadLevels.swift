/// Which members gain and lose partitions, one at a time, so that their loads become level.
struct LoadLevels {
    /// Which of equally loaded members gains first.
    enum Tie { case first, last }

    let tie: Tie

    /// How many each gains when `count` partitions go one by one to the least loaded. Needs at least one load.
    func gains(of loads: [Int], count: Int) -> [Int] {
        let lowest = loads.min() ?? 0
        // The highest level to which everyone below it can be raised.
        let level = first(in: lowest..<lowest + count) { room(loads, below: $0 + 1) > count }
        var gains = loads.map { max(0, level - $0) }
        var rest = count - gains.reduce(0, +)
        for position in loads.indices where rest > 0 {
            let index = tie == .first ? position : loads.count - 1 - position
            guard loads[index] <= level else { continue }
            gains[index] += 1
            rest -= 1
        }
        return gains
    }

    /// Moves from the most loaded that have a partition to give (`held`) to the least loaded, as long as these differ by two or more.
    /// Of equals the last loses first. No one both loses and gains.
    /// - Returns: nil when there is no such move.
    func exchange(_ loads: [Int], held: [Int]) -> (losses: [Int], gains: [Int])? {
        guard let lowest = loads.min(), let highest = loads.max(), highest - lowest > 1 else { return nil }
        func losses(downTo level: Int) -> [Int] {
            zip(loads, held).map { load, held in min(held, max(0, load - level)) }
        }
        // The lowest level under which there is room for all that lies above it and can be given.
        let level = first(in: lowest..<highest) { level in
            losses(downTo: level).reduce(0, +) <= room(loads, below: level)
        }
        var losses = losses(downTo: level)
        let above = losses.reduce(0, +)
        let count = max(above, room(loads, below: level - 1))
        guard count > 0 else { return nil }
        var rest = count - above
        for index in loads.indices.reversed() where rest > 0 && loads[index] - losses[index] == level && losses[index] < held[index] {
            losses[index] += 1
            rest -= 1
        }
        return (losses, gains(of: loads, count: count))
    }

    /// How many partitions bring everyone up to `level`.
    private func room(_ loads: [Int], below level: Int) -> Int {
        loads.reduce(0) { $0 + max(0, level - $1) }
    }

    /// The first number that holds, or the end; once it holds, it holds for all larger ones.
    private func first(in range: Range<Int>, where holds: (Int) -> Bool) -> Int {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = low + (high - low) / 2
            if holds(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
