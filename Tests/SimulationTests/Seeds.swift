import Foundation
import Testing

/// Which seeds a test runs: `OTTLA_SEED=N` repeats one, `OTTLA_SEEDS=FROM-TO` runs as many as wanted.
enum Seeds {
    static let areGiven = ProcessInfo.processInfo.environment["OTTLA_SEED"] != nil || ProcessInfo.processInfo.environment["OTTLA_SEEDS"] != nil

    static func all(_ usual: ClosedRange<UInt64>) -> [UInt64] {
        let environment = ProcessInfo.processInfo.environment
        if let one = environment["OTTLA_SEED"].flatMap({ UInt64($0) }) { return [one] }
        let ends = (environment["OTTLA_SEEDS"] ?? "").split(separator: "-").compactMap { UInt64($0) }
        return ends.count == 2 && ends[0] <= ends[1] ? Array(ends[0]...ends[1]) : Array(usual)
    }

    /// Runs seeds of a workload, and holds against the test what each has found or failed with.
    static func play<Report>(_ usual: ClosedRange<UInt64>, _ run: (_ seed: UInt64) throws -> Report, violations: (Report) -> [String], then: (Report) -> Void) {
        for seed in all(usual) {
            do {
                let report = try run(seed), found = violations(report)
                #expect(found.isEmpty, "OTTLA_SEED=\(seed): \(found.prefix(3))")
                then(report)
            } catch {
                Issue.record("OTTLA_SEED=\(seed): \(error)")
            }
        }
    }
}
