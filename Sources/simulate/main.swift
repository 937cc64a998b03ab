#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

import Simulation

// Runs seeds of the simulated cluster: `simulate FROM-TO` or `simulate SEED`. Prints a line a seed, and ends with 1 if one of them found a violation.

let ends = (CommandLine.arguments.dropFirst().first ?? "1-10").split(separator: "-").compactMap { UInt64($0) }
guard let first = ends.first, let last = ends.last, first <= last, ends.count <= 2 else {
    print("usage: simulate FROM-TO")
    exit(2)
}
var failed = 0
for seed in first...last {
    let report = try ClientWorkload(seed: seed).run()
    print(
        "seed \(seed): trace \(String(report.traceHash, radix: 16)), \(report.events) events, \(report.acknowledged) acknowledged, \(report.failed) given up, "
            + "\(report.delivered) delivered, \(report.redelivered) again, \(report.crashes) restarts, \(report.cuts) cuts, \(report.members) members, "
            + "\(report.topics) topic changes")
    for refusal in report.refusals.prefix(6) { print("  GIVEN UP \(refusal)") }
    for violation in report.violations.prefix(10) { print("  VIOLATION \(violation)") }
    if !report.violations.isEmpty { failed += 1 }
}
if failed > 0 {
    print("\(failed) of \(last - first + 1) seeds found something")
    exit(1)
}
