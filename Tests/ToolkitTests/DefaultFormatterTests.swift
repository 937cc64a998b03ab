import KafkaClient
import KafkaProtocol
import Testing
import Vocabulary

@testable import Toolkit

@Suite struct DefaultFormatterTests {
    static func line(
        _ properties: [String: String], key: Bytes? = Bytes("k"), value: Bytes? = Bytes("v"), headers: [RecordHeader] = [],
        timestampType: TimestampType = .createTime
    ) throws -> String {
        let sink = MemorySink()
        let output = OutputWriter(sink)
        let formatter = DefaultFormatter(properties) { _ in }
        let record = Record(offset: 5, timestamp: 1_718_000_000_000, key: key, value: value, headers: headers)
        defer { output.flush() }
        do throws(FormatError) {
            try formatter.write(record, timestampType: timestampType, partition: TopicPartition("t", 3), to: output)
        } catch {
            output.flush()
            throw error
        }
        output.flush()
        return sink.text
    }

    @Test func fieldsComeInKafkasOrder() throws {
        let all = ["timestamp", "partition", "offset", "delivery", "epoch", "headers", "key"].reduce(into: [:]) { $0["print.\($1)"] = "true" }
        let headers = [RecordHeader("h1", Bytes("v1")), RecordHeader("h2", nil)]
        #expect(
            try Self.line(all, headers: headers)
                == "CreateTime:1718000000000\tPartition:3\tOffset:5\tDelivery:NOT_PRESENT\tEpoch:NOT_PRESENT\th1:v1,h2:null\tk\tv\n")
        #expect(
            try Self.line(["print.headers": "true", "print.timestamp": " True "], timestampType: .logAppendTime)
                == "LogAppendTime:1718000000000\tNO_HEADERS\tv\n")
    }

    @Test func separatorsAndNullLiteralAreTakenLiterally() throws {
        let properties = ["print.key": "true", "key.separator": " => ", "null.literal": "<null>", "line.separator": "|\n"]
        #expect(try Self.line(properties, key: nil, value: nil) == "<null> => <null>|\n")
        #expect(try Self.line(["line.separator": ""]) == "v")
    }

    @Test func onlyTrueIsTrueAndWithoutFieldsNothingIsWritten() throws {
        #expect(try Self.line(["print.key": "yes"]) == "v\n")
        #expect(try Self.line(["print.value": "no"]) == "")
        #expect(try Self.line(["print.value": "false", "print.offset": "true"]) == "Offset:5\n")
    }

    static func text(_ type: String, _ bytes: Bytes, _ properties: [String: String] = [:]) throws -> String {
        let name = "org.apache.kafka.common.serialization.\(type)Deserializer"
        let deserializer = try #require(Deserializers.named(name, properties: properties, prefix: "value.deserializer."))
        return try deserializer.text(bytes)
    }

    @Test func deserializersPrintWhatJavaPrints() throws {
        #expect(try Self.text("Long", Bytes("AAAAAAAA")) == "4702111234474983745")
        #expect(try Self.text("Integer", Bytes("AAAA")) == "1094795585")
        #expect(try Self.text("Short", Bytes("AA")) == "16705")
        #expect(try Self.text("Double", Bytes("AAAAAAAA")) == "2261634.5098039214")
        #expect(try Self.text("Float", Bytes("AAAA")) == "12.078431")
        #expect(try Self.text("Boolean", [1]) == "true")
        #expect(try Self.text("UUID", Bytes("1-2-3-4-5")) == "00000001-0002-0003-0004-000000000005")
        #expect(try Self.text("Bytes", [0x41, 0x0A, 0xFF]) == "A\\x0A\\xFF")
        #expect(try Self.text("String", [0xE4], ["value.deserializer.value.deserializer.encoding": "ISO-8859-1"]) == "ä")
    }

    @Test func aFieldOfTheWrongSizeIsAnErrorAlsoForNull() {
        #expect(throws: FormatError.self) { try Self.text("Long", Bytes("null")) }
        #expect(throws: FormatError.self) {
            try Self.line(["value.deserializer": "org.apache.kafka.common.serialization.LongDeserializer"], value: nil)
        }
    }

    @Test func floatingPointNumbersAreJavas() {
        for (value, text) in [
            (1.0, "1.0"), (0.1, "0.1"), (-0.0, "-0.0"), (1e7, "1.0E7"), (1.5e10, "1.5E10"), (123456.75, "123456.75"), (0.001, "0.001"), (9.9e-4, "9.9E-4"),
            (1e-5, "1.0E-5"), (1e21, "1.0E21"), (9_999_999.0, "9999999.0"), (Double.infinity, "Infinity"), (100.0, "100.0"),
        ] {
            #expect(JavaNumber.text(value) == text)
        }
        #expect(JavaNumber.text(Float(1.1e-10)) == "1.1E-10")
    }

    @Test func anUnknownDeserializerIsNamedAndLeavesTheBytes() throws {
        var warnings: [String] = []
        _ = DefaultFormatter(["value.deserializer": "no.Such"]) { warnings.append($0) }
        #expect(warnings == ["Unable to instantiate a deserializer from no.Such"])
        #expect(try Self.line(["value.deserializer": "no.Such"]) == "v\n")
    }
}
