import Foundation

/// Which seeds a test runs: `OTTLA_SEED=N` repeats one, `OTTLA_SEEDS=FROM-TO` runs as many as wanted.
enum Seeds {
    static let areGiven = ProcessInfo.processInfo.environment["OTTLA_SEED"] != nil || ProcessInfo.processInfo.environment["OTTLA_SEEDS"] != nil

    static func all(_ usual: ClosedRange<UInt64>) -> [UInt64] {
        let environment = ProcessInfo.processInfo.environment
        if let one = environment["OTTLA_SEED"].flatMap({ UInt64($0) }) { return [one] }
        let ends = (environment["OTTLA_SEEDS"] ?? "").split(separator: "-").compactMap { UInt64($0) }
        return ends.count == 2 && ends[0] <= ends[1] ? Array(ends[0]...ends[1]) : Array(usual)
    }
}
