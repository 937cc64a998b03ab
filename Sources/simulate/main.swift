#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

import Simulation

// Runs seeds of the simulations: `simulate [clients|transactions|cluster] FROM-TO`, or one seed; all workloads when none is named. Prints a line a seed and
// workload, and ends with 1 if one of them found a violation. With `--tell` it says what happens in a cluster, with `--sabotage RULE` a cluster breaks a rule
// (`ReplicatedWorkload.Sabotage`), which must be found.

var words = Array(CommandLine.arguments.dropFirst())
// What happens in a cluster, line by line.
let isTold = words.first == "--tell"
if isTold { words.removeFirst() }
var sabotage: ReplicatedWorkload.Sabotage?
if words.first == "--sabotage", words.count > 1 {
    sabotage = ReplicatedWorkload.Sabotage(rawValue: words[1])
    words.removeFirst(sabotage == nil ? 0 : 2)
}
let workload = words.first.flatMap { ["clients", "transactions", "cluster"].contains($0) ? $0 : nil }
if workload != nil { words.removeFirst() }
let ends = (words.first ?? "1-10").split(separator: "-").compactMap { UInt64($0) }
guard let first = ends.first, let last = ends.last, first <= last, ends.count <= 2, words.count <= 1 else {
    print("usage: simulate [--tell] [--sabotage RULE] [clients|transactions|cluster] FROM-TO")
    exit(2)
}
var failed = 0
for seed in first...last {
    var violations: [String] = []
    if workload ?? "clients" == "clients" {
        let report = try ClientWorkload(seed: seed).run()
        print(
            "seed \(seed): trace \(String(report.traceHash, radix: 16)), \(report.events) events, \(report.records.text), "
                + "\(report.crashes) restarts, \(report.cuts) cuts, \(report.members) members, "
                + "\(report.topics) topic changes")
        for refusal in report.records.refusals.prefix(6) { print("  GIVEN UP \(refusal)") }
        violations += report.violations
    }
    if workload ?? "transactions" == "transactions" {
        let report = try TransactionWorkload(seed: seed).run()
        print(
            "seed \(seed): trace \(String(report.traceHash, radix: 16)), \(report.events) events, transaction.version \(report.transactionVersion), "
                + "\(report.committed) committed, \(report.aborted) aborted, \(report.unknown) unknown, \(report.offsets) offsets, \(report.fenced) fenced, "
                + "\(report.killed) killed, \(report.crashes) restarts, \(report.cuts) cuts, \(report.repeated) repeated, \(report.full) times full, \(report.compacted) compacted, \(report.reads) read"
                + (report.usedEpochs ? ", new producer ids" : ""))
        violations += report.violations
    }
    if workload ?? "cluster" == "cluster" {
        let report = try ReplicatedWorkload(seed: seed, sabotage: sabotage, onLine: isTold ? { print($0) } : nil).run()
        print(
            "seed \(seed): trace \(String(report.traceHash, radix: 16)), \(report.events) events, eligible leaders \(report.hasElr ? "on" : "off"), "
                + "transaction.version \(report.transactionVersion), "
                + "\(report.records.text), "
                + "\(report.kills) killed, \(report.stops) stopped, \(report.powerFailures) power failures, \(report.cuts) cuts, \(report.moves) moves, "
                + "\(report.disks) disks (\(report.shifts) times moved, \(report.lostDisks) lost), "
                + "\(report.leaderChanges) leader changes, \(report.inSyncChanges) in-sync changes, \(report.members) members, "
                + "\(report.committed) committed, \(report.aborted) aborted, \(report.unknown) unknown, "
                + "\(report.deletions) deletions, \(report.widened) partitions added, \(report.samples) pieces compared")
        for refusal in report.records.refusals.prefix(3) { print("  GIVEN UP \(refusal)") }
        violations += report.violations
    }
    for violation in violations.prefix(10) { print("  VIOLATION \(violation)") }
    if !violations.isEmpty { failed += 1 }
    fflush(nil)
}
if failed > 0 {
    print("\(failed) of \(last - first + 1) seeds found something")
    exit(1)
}
