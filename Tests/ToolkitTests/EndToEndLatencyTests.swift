import Testing

@testable import Toolkit

private let need = ["--bootstrap-server", "127.0.0.1:1", "--topic", "t", "--num-records", "5", "--producer-acks", "1", "--record-size", "10"]

@Suite struct EndToEndLatencyTests {
    private func first(_ words: [String]) -> String {
        String(Ran(EndToEndLatencyTool.tool, words).error.split(separator: "\n").first ?? "")
    }

    private static let usageErrors: [(words: [String], message: String)] = [
        (["--topic", "t"], "Missing required argument \"[bootstrap-server]\""),
        (Array(need.dropLast(2)), "Missing required argument \"[record-size]\""),
        (need + ["--record-key-size", "-1"], "Value for --record-key-size must be a non-negative integer."),
        (need + ["--record-header-size", "-2"], "Value for --record-header-size must be a non-negative integer or -1 for null header value."),
        (need + ["--num-headers", "-1"], "Value for --num-headers must be a non-negative integer."),
        (
            ["a:1", "t", "5", "1"],
            "Invalid number of arguments. Expected 5 or 6 positional arguments, but got 4. Usage: bootstrap-server topic num-records producer-acks record-size "
                + "[optional] command-config"
        ),
        (["a:1", "t", "x", "1", "10"], "Cannot parse argument 'x' of option num-records"),
        (["a:1", "t", "0", "1", "10"], "Value for --num-records must be a positive integer."),
        (
            ["a:1", "t", "5", "0", "10"],
            "Invalid value for --producer-acks. Latency testing requires synchronous acknowledgement. Please use '1' or 'all'."
        ),
    ]

    @Test(arguments: usageErrors)
    func usageErrorsHaveKafkasWords(words: [String], message: String) { #expect(first(words) == message) }

    @Test func argumentsByPositionAreRemarkedOn() {
        let ran = Ran(EndToEndLatencyTool.tool, ["a:1", "t", "5", "0", "10"])
        #expect(ran.code == 1 && ran.output.hasPrefix("WARNING: Positional argument usage is deprecated"))
    }

    @Test func theGeneratorGivesWhatJavasGives() {
        func first(_ count: Int, below bound: Int32) -> [Int32] {
            var random = JavaRandom(seed: 0)
            return (0..<count).map { _ in random.below(bound) }
        }
        #expect(first(8, below: 26) == [18, 18, 23, 21, 13, 9, 7, 15])
        #expect(first(6, below: 1_000_000_007) == [569_741_353, 785_505_941, 516_548_029, 302_116_440, 368_843_508, 663_681_053])
        #expect(first(4, below: 16) == [11, 13, 3, 9])
    }

    @Test func theSummaryCutsToWholeMilliseconds() {
        let summary = LatencySummary(nanoseconds: (1...1_000).map { $0 * 1_000_000 + 999_999 })
        #expect((summary.p50, summary.p99, summary.p999) == (501, 991, 1_000))
        let sink = MemorySink()
        let output = OutputWriter(sink)
        let report = Report(.text, command: "test", to: output)
        report.add(LatencyRow(number: 0, nanoseconds: 89_128_031), as: LatencyRow.records)
        report.add(summary, as: LatencySummary.summaries)
        output.flush()
        #expect(sink.text == "0\t89.12803100000001\nAvg latency: 501.5000 ms\nPercentiles: 50th = 501, 99th = 991, 99.9th = 1000\n")
    }
}
