import Host
import Testing

@testable import Toolkit

private let header = "data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec\n"

private func run(_ words: String..., kafkaName: Bool = true) -> Ran { Ran(ConsumerPerfTool.tool, words, kafkaName: kafkaName) }

@Suite struct ConsumerPerfTests {
    @Test func usageErrorsComeInKafkasOrder() {
        func first(_ ran: Ran) -> String { String(ran.error.split(separator: "\n").first ?? "") }
        let one = "Exactly one of the following arguments is required: "
        #expect(first(run("--topic", "t", "--num-records", "1")) == "Missing required argument \"[bootstrap-server]\"")
        #expect(first(run("--bootstrap-server", "a:1", "--num-records", "1")) == one + "[topic], [include]")
        #expect(first(run("--bootstrap-server", "a:1", "--topic", "t")) == one + "[messages], [num-records]")
        #expect(first(run("--bootstrap-server", "a:1", "--topic", "t", "--messages", "1", "--num-records", "1")) == one + "[messages], [num-records]")
        #expect(
            first(run("--bootstrap-server", "a:1", "--topic", "t", "--messages", "1", "--consumer.config", "a", "--command-config", "b"))
                == "Option \"[consumer.config]\" can't be used with option \"[command-config]\"")
    }

    @Test func theHeadingComesBeforeValuesAreRead() {
        let ran = run("--bootstrap-server", "127.0.0.1:1", "--topic", "t", "--messages", "x")
        #expect(ran.code == 1 && ran.error == "Cannot parse argument 'x' of option messages\n")
        #expect(ran.output == "Warning: --messages is deprecated. Use --num-records instead.\nstart.time, end.time, " + header)
        let detailed = run("--bootstrap-server", "127.0.0.1:1", "--topic", "t", "--num-records", "1", "--show-detailed-stats", "--timeout", "x")
        #expect(detailed.output == "time, threadId, " + header)
        #expect(run("--bootstrap-server", "127.0.0.1:1", "--topic", "t", "--num-records", "x", "--hide-header").output.isEmpty)
    }

    @Test(arguments: [
        (["--reporting-interval", "-5"], "Cannot parse argument '-5' of option reporting-interval"),
        (["--date-format", "yyyy-bb"], "Illegal pattern character 'b' in the date format yyyy-bb"),
        (["--date-format", "'yyyy"], "Unterminated quote in the date format"),
        (["--fetch-size", "x"], "Cannot parse argument 'x' of option fetch-size"),
        (["--command-property", "max.poll.records=0"], "Invalid value 0 for configuration max.poll.records: Value must be at least 1"),
    ])
    func wrongValuesAreRefused(words: [String], message: String) {
        let ran = Ran(ConsumerPerfTool.tool, ["--bootstrap-server", "127.0.0.1:1", "--topic", "t", "--num-records", "1", "--hide-header"] + words)
        #expect(ran.code == 1 && ran.error == message + "\n")
    }

    @Test func ratesAreOfTheirPart() throws {
        let row = ConsumptionRow(
            startMs: 1_000, endMs: 3_000, total: .init(records: 500, bytes: 3 << 20), part: .init(records: 200, bytes: 1 << 20), rebalanceMs: 1_500,
            format: try JavaDateFormat("yyyy"))
        let sink = MemorySink()
        let output = OutputWriter(sink)
        let report = Report(.text, command: "test", to: output)
        report.add(row, as: ConsumptionRow.intervals)
        report.add(row, as: ConsumptionRow.summaries)
        output.flush()
        let numbers = "3.0000, 0.5000, 500, 100.0000, 1500, 500, 2.0000, 400.0000\n"
        #expect(sink.text == "1970, 0, " + numbers + "1970, 1970, " + numbers)
    }

    @Test func ratesOfNoTimeAreNumbers() throws {
        let row = ConsumptionRow(
            startMs: 1, endMs: 1, total: .init(records: 5, bytes: 0), part: .init(records: 5, bytes: 0), rebalanceMs: 0, format: try JavaDateFormat("y"))
        #expect(row.recordsPerSecond == 5_000 && row.fetchRecordsPerSecond == 5_000 && row.megabytesPerSecond == 0)
    }

    /// What Java's SimpleDateFormat prints in the English locale and UTC.
    @Test(arguments: [
        ("yyyy-MM-dd HH:mm:ss:SSS", "2026-11-29 08:36:17:460", "2026-02-02 02:40:00:005"), ("yy.M.d h:mm a", "26.11.29 8:36 AM", "26.2.2 2:40 AM"),
        ("EEE, MMMM d", "Sun, November 29", "Mon, February 2"), ("EEEE MMM LLL", "Sunday Nov Nov", "Monday Feb Feb"),
        ("k K H h S D u F G", "8 8 8 8 460 333 7 5 AD", "2 2 2 2 5 33 1 1 AD"), ("Z X XX XXX z", "+0000 Z Z Z UTC", "+0000 Z Z Z UTC"),
        ("'o''clock' yyyyy '' HH", "o'clock 02026 ' 08", "o'clock 02026 ' 02"), ("y", "2026", "2026"),
    ])
    func timesArePrintedAsJavaPrintsThem(pattern: String, first: String, second: String) throws {
        let format = try JavaDateFormat(pattern)
        let november = LocalTime(
            year: 2026, month: 11, day: 29, hour: 8, minute: 36, second: 17, millisecond: 460, weekday: 0, dayOfYear: 333)
        let february = LocalTime(year: 2026, month: 2, day: 2, hour: 2, minute: 40, second: 0, millisecond: 5, weekday: 1, dayOfYear: 33)
        #expect(format.text(november) == first)
        #expect(format.text(february) == second)
    }

    @Test func zonesAwayFromGreenwichHaveTheirOffset() throws {
        let time = LocalTime(year: 2026, month: 1, day: 1, offsetSeconds: -12_600, zone: "NST")
        #expect(try JavaDateFormat("Z X XX XXX z").text(time) == "-0330 -03 -0330 -03:30 NST")
    }
}
