@testable import KafkaClient
import KafkaProtocol
import Testing

@testable import Toolkit

private let sized = need + ["--record-size", "1"]
private let unconnected = ["--topic", "t", "--num-records", "10", "--throughput", "-1", "--record-size", "1"]
private let need = ["--topic", "t", "--num-records", "10", "--throughput", "-1", "--bootstrap-server", "127.0.0.1:1"]

private func run(_ words: [String], kafkaName: Bool = true) -> Ran { Ran(ProducerPerfTool.tool, words, kafkaName: kafkaName) }

@Suite struct ProducerPerfTests {
    private static let usageErrors: [(words: [String], message: String)] = [
        (need, "one of the arguments --record-size --payload-file --payload-monotonic is required"),
        (sized + ["--payload-monotonic"], "argument --payload-monotonic: not allowed with argument --record-size"),
        (sized + ["--record-size", "-1"], "--record-size should be greater than zero."),
        (sized + ["--record-size", "x"], "argument --record-size: could not convert 'x' to Integer (For input string: \"x\")"),
        (sized + ["--num-records", "0"], "--num-records should be greater than zero."),
        (sized + ["--throughput", "fast"], "argument --throughput: could not convert 'fast' to Double (For input string: \"fast\")"),
        (
            sized + ["--warmup-records", "10"],
            "The value for --warmup-records must be strictly fewer than the number of records in the test, --num-records."
        ),
        (sized + ["--transaction-duration-ms", "0"], "--transaction-duration-ms should be greater than zero."),
        (sized + ["--reporting-interval", "0"], "--reporting-interval should be greater than zero."),
        (sized + ["--producer-props", "acks=1", "--command-property", "acks=1"], "--command-property and --producer-props cannot be specified together."),
        (sized + ["--producer.config", "a", "--command-config", "b"], "--command-config and --producer.config cannot be specified together."),
        (unconnected + ["--command-property"], "argument --command-property/--producer-props: expected at least one argument"),
        (
            unconnected,
            "At least one of --bootstrap-server, --command-property, --producer-props, --producer.config or --command-config must be specified."
        ),
    ]

    @Test(arguments: usageErrors)
    func usageErrorsHaveKafkasWords(words: [String], message: String) {
        let ran = run(words)
        #expect(ran.code == 1 && ran.output.isEmpty)
        #expect(ran.error == "usage: kafka-producer-perf-test [options]\nkafka-producer-perf-test: error: \(message)\n")
        #expect(run(words, kafkaName: false).code == ExitCode.usage.rawValue)
    }

    @Test func severalPropertiesFollowOneOption() {
        let ran = run(unconnected + ["--command-property", "bootstrap.servers=127.0.0.1:1", "acks=7"])
        #expect(ran.error == "Invalid value 7 for configuration acks: String must be one of: all, -1, 0, 1\n")
        #expect(run(sized + ["--command-property", "acks"]).error == "Invalid property: acks\n")
    }

    @Test func olderNamesAreRemarkedOnUnderKafkasNameOnly() {
        let words = sized + ["--producer-props", "acks=7"]
        #expect(run(words).output == "Option --producer-props has been deprecated and will be removed in a future version. Use --command-property instead.\n")
        #expect(run(words, kafkaName: false).output.isEmpty)
    }

    @Test func aPayloadFileThatIsNotThereIsNamed() {
        let ran = run(need + ["--payload-file", "/nowhere/pay.txt"])
        #expect(ran.code == 1 && ran.output == "Reading payloads from: /nowhere/pay.txt\n")
        #expect(ran.error == "cannot read the payload file /nowhere/pay.txt: No such file or directory\n")
    }

    // MARK: Payloads

    private func next(_ payloads: Payloads, _ number: Int64) -> String { payloads.withNext(number) { String(decoding: $0, as: UTF8.self) } }

    @Test func randomPayloadsAreThoseOfKafkasTool() {
        let payloads = Payloads(.random(size: 20))
        #expect((0..<3).map { next(payloads, $0) } == ["YQHHNEBSEPDNSEIFGAMS", "UJXKOLTXSPLGHDIOYZJF", "NIDSPWHZMKVJAXDBZFCO"])
    }

    @Test func lettersComeAgainAfterMoreThanABatchHolds() {
        let payloads = Payloads(.random(size: 1 << 20))
        let values = (0..<9).map { next(payloads, $0) }
        #expect(Set(values).count == 4 && values[0] == values[4] && values[4] == values[8] && values[3] == values[7])
        let large = Payloads(.random(size: 5 << 20))
        #expect(next(large, 0) != next(large, 1))
    }

    @Test func countedPayloadsAreNumbers() {
        let payloads = Payloads(.counted)
        #expect([0, 7, 1_234_567_890_123, Int64.max].map { next(payloads, $0) } == ["0", "7", "1234567890123", "9223372036854775807"])
    }

    @Test func givenPayloadsAreChosenAsKafkasToolChooses() {
        let payloads = Payloads(.given([Bytes("a"), Bytes("b"), Bytes("c")]))
        #expect((0..<6).map { next(payloads, $0) } == ["b", "b", "a", "a", "b", "b"])
    }

    @Test func theGeneratorGivesWhatJavasGives() {
        var random = SplittableRandom(seed: 0)
        #expect((0..<4).map { _ in random.below(2_000_000_000) } == [410_557_678, 830_209_396, 1_297_781_037, 1_660_418_793])
        random = SplittableRandom(seed: 0)
        #expect((0..<4).map { _ in random.below(8) } == [5, 1, 3, 2])
        var letters = [UInt8](repeating: 0, count: 100_000)
        random = SplittableRandom(seed: 0)
        letters.withUnsafeMutableBytes { random.fillWithLetters($0) }
        #expect(letters.reduce(Int64(0)) { $0 &* 31 &+ Int64($1) } == 3_491_596_491_820_956_829)
    }

    @Test func lettersOfManySizesFollowOneAnother() {
        var (whole, parts) = (SplittableRandom(seed: 7), SplittableRandom(seed: 7))
        var expected = [UInt8](repeating: 0, count: 500)
        expected.withUnsafeMutableBytes { whole.fillWithLetters($0) }
        var found: [UInt8] = []
        for size in [1, 31, 32, 33, 64, 100, 239] {
            var part = [UInt8](repeating: 0, count: size)
            part.withUnsafeMutableBytes { parts.fillWithLetters($0) }
            found += part
        }
        #expect(found == expected)
    }

    /// As Java's Scanner divides.
    @Test(arguments: [
        ("a\nb\n", "\\n", ["a", "b"]), ("a\n\nb", "\\n", ["a", "", "b"]), ("\na", "\\n", ["a"]), ("a\n\n", "\\n", ["a", ""]), ("\n", "\\n", []),
        ("a, b ,c", "\\s*,\\s*", ["a", "b", "c"]), (",a,,b,", ",", ["a", "", "b"]), ("a\nb", "\n", ["a", "b"]), ("a|b", "\\|", ["a", "b"]),
        ("abc", "", ["a", "b", "c"]),
    ])
    func payloadsStandBetweenDelimiters(content: String, delimiter: String, values: [String]) throws {
        #expect(try PayloadFile.values(Array(content.utf8), delimiter: delimiter).map(\.text) == values)
    }

    @Test func whatIsNoTextBecomesReplacementCharacters() throws {
        #expect(try PayloadFile.values([0x61, 0xFF, 10, 0x62], delimiter: "\\n").map(\.text) == ["a\u{FFFD}", "b"])
    }

    @Test func aDelimiterThatIsNoExpressionIsRefused() {
        #expect(throws: ToolError.self) { try PayloadFile.values([65], delimiter: "[") }
    }

    // MARK: Pace and numbers

    @Test func aThrottleSaysWhenTheNextRecordMayGo() {
        #expect(Throttle(perSecond: -1, startMs: 5).due(after: 10) == nil)
        #expect(Throttle(perSecond: 0, startMs: 5).due(after: 1) == .max)
        #expect(Throttle(perSecond: 100, startMs: 1_000).due(after: 250) == 3_500)
        #expect(Throttle(perSecond: 1e-300, startMs: 1_000).due(after: 1) == .max)
    }

    private func add(_ statistics: inout SendStatistics, _ timestamp: Int64, _ count: Int, now: Int64) -> (rates: SendRates, isFirst: Bool)? {
        statistics.add(RecordRun(timestamp: timestamp, tag: 0, count: count, bytes: count * 1024), now: now)
    }

    @Test func intervalsEndWhenTheirTimeIsOver() throws {
        var statistics = SendStatistics(startMs: 0, intervalMs: 1_000, isSteadyState: false)
        #expect(add(&statistics, 0, 10, now: 4) == nil)
        let first = try #require(add(&statistics, 900, 10, now: 1_000))
        #expect(first.isFirst && first.rates.records == 20 && first.rates.elapsedMs == 1_000 && first.rates.maxLatencyMs == 100)
        #expect(first.rates.averageLatencyMs == 52 && first.rates.recordsPerSecond == 20)
        let second = try #require(add(&statistics, 1_999, 1, now: 2_000))
        #expect(!second.isFirst && second.rates.records == 1)
    }

    @Test func percentilesAreThoseOfAllRecords() {
        var statistics = SendStatistics(startMs: 0, intervalMs: .max, isSteadyState: true)
        for latency in 1...100 { _ = add(&statistics, 1_000 - Int64(latency), 1, now: 1_000) }
        let summary = statistics.summary(now: 2_000)
        // Kafka takes the entry at floor(share · count) of all in order.
        #expect((summary.p50, summary.p95, summary.p99, summary.p999) == (51, 96, 100, 100))
        let sink = MemorySink()
        let output = OutputWriter(sink)
        Report(.text, command: "test", to: output).add(summary, as: SendSummary.summaries)
        output.flush()
        #expect(
            sink.text
                == "100 steady state records sent, 50.000000 records/sec (0.05 MB/sec), 50.50 ms avg latency, 100.00 ms max latency, 51 ms 50th, 96 ms 95th, "
                + "100 ms 99th, 100 ms 99.9th.\n")
    }

    @Test func nothingSentHasNoAverage() {
        let summary = SendStatistics(startMs: 0, intervalMs: .max, isSteadyState: false).summary(now: 0)
        let sink = MemorySink()
        let output = OutputWriter(sink)
        Report(.jsonl, command: "test", to: output).add(summary, as: SendSummary.summaries)
        Report(.text, command: "test", to: output).add(summary, as: SendSummary.summaries)
        output.flush()
        let lines = sink.text.split(separator: "\n")
        #expect(lines[0].contains("\"records\":0,\"recordsPerSecond\":0.0,") && lines[0].contains("\"averageLatencyMs\":null"))
        #expect(lines[1].hasPrefix("0 records sent, 0.000000 records/sec (0.00 MB/sec), NaN ms avg latency, 0.00 ms max latency, 0 ms 50th"))
    }

    @Test func metricsAreSortedAndAligned() {
        let sink = MemorySink()
        let output = OutputWriter(sink)
        let rows = [MetricRow("g", "b", [("client-id", "c"), ("topic", "t")], 2), MetricRow("g", "a", [("client-id", "c")], 1.0005)]
        MetricRow.report(rows, widest: "g:b:{client-id=c, topic=tt}", to: Report(.text, command: "test", to: output))
        output.flush()
        #expect(
            sink.text == "\nMetric Name                   Value\ng:a:{client-id=c}           : 1.001\ng:b:{client-id=c, topic=t}  : 2.000\n")
    }
}
