import Testing
import Vocabulary

@Suite struct JavaTextTests {
    @Test func durationsAreReadAsJavaDoes() throws {
        #expect(try JavaDuration("PT0S").before(nowMs: 7) == 7)
        #expect(try JavaDuration("P1DT2H3M4.5S").before(nowMs: 100_000_000) == 100_000_000 - 93_784_500)
        #expect(try JavaDuration("-PT1M").before(nowMs: 0) == 60_000)
        #expect(try JavaDuration("pt-1h").before(nowMs: 0) == 3_600_000)
        #expect(try JavaDuration("PT-0.5S").before(nowMs: 0) == 500)
        #expect(try JavaDuration("PT9223372036854776S").before(nowMs: 1_000) == -9_223_372_036_854_775_000)
        for text in ["", "P", "PT", "P1DT", "1D", "PT1D", "P1H", "PT1S1M", "PT1ST1H", "PT1.5M", "bogus", "P99999999999999999999D"] {
            #expect(throws: JavaTextError.self) { try JavaDuration(text) }
        }
    }

    @Test(arguments: [
        ("P106751991167301D", "Text cannot be parsed to a Duration: days"), ("PT9223372036854775808S", "Text cannot be parsed to a Duration: seconds"),
        ("P106751991167300DT9223372036854775807S", "Text cannot be parsed to a Duration: overflow"),
        ("PT9223372036854775807S", "Instant exceeds minimum or maximum instant"), ("-PT9223372036854776S", "long overflow"),
    ])
    func durationsThatLeadTooFarAreRefusedInJavasWords(_ text: String, _ message: String) {
        let failure = #expect(throws: JavaTextError.self) { _ = try JavaDuration(text).before(nowMs: 1_800_000_000_000) }
        #expect(failure?.javaText == message)
    }

    @Test func trimDropsEverythingUpToTheBlank() {
        #expect(JavaText.trim(" \t\r\n\u{0} a b\u{1F} ") == "a b")
        #expect(JavaText.trim("\u{A0}x\u{2003}") == "\u{A0}x\u{2003}")
        #expect(JavaText.trim(" \r\n") == "" && JavaText.trim("") == "")
    }

    @Test func hostsAndPortsAreReadFromTheLastColon() {
        #expect(HostPort("localhost:9092") == HostPort(host: "localhost", port: 9092))
        #expect(HostPort("[::1]:0") == HostPort(host: "::1", port: 0) && HostPort("[::1]:0")?.description == "[::1]:0")
        #expect(HostPort(":80")?.host == "" && HostPort("::1:80", bareIPv6: true)?.host == "::1")
        for wrong in ["", "host", "host:", "host:x", "host:-1", "host:65536", "::1:80", "[::1:80", "host:80 "] { #expect(HostPort(wrong) == nil, "\(wrong)") }
    }

    @Test func namesOfPartitionDirectoriesAreRead() {
        #expect(TopicPartition(directoryName: "a-b-12") == TopicPartition("a-b", 12))
        for wrong in ["a", "-1", "a-", "a-x", "a-1.0123-delete", "a--"] { #expect(TopicPartition(directoryName: wrong) == nil, "\(wrong)") }
        #expect(TopicPartition(directoryName: "a--1") == TopicPartition("a-", 1))
    }
}
