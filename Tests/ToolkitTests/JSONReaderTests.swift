import Testing

@testable import Toolkit

@Suite struct JSONReaderTests {
    @Test(arguments: [
        #"{"a":1,"b":[true,false,null],"c":{"d":"x\"\\\/\b\f\n\r\té😀"}}"#, "[]", "{}", "-0", "1.5", "[1,[2,[3]]]", "\"\"", "9223372036854775807",
    ])
    func whatIsWrittenIsReadBack(_ text: String) throws {
        let value = try JSONReader.parse(text)
        #expect(try JSONReader.parse(value.text) == value)
        #expect(try JSONReader.parse(value.indentedText) == value)
    }

    @Test func valuesAreWhatTheySay() throws {
        #expect(try JSONReader.parse(" [1, -2.5e3 ,\"\\ud83d\\ude00\\u00e9\",true]\n") == .array([.int(1), .double(-2500), .string("😀é"), .bool(true)]))
        #expect(try JSONReader.parse("92233720368547758080") == .double(9.223372036854775808e19))
        let twice = try JSONReader.parse(#"{"a":1,"a":2}"#)
        #expect(twice["a"] == .int(2))
        #expect(twice["b"] == nil)
    }

    @Test(arguments: [
        "", "[", "[1,]", "[1 2]", "{\"a\"}", "{\"a\":}", "{a:1}", "{\"a\":1,}", "01", "+1", "1.", ".5", "1e", "--1", "tru", "nul", "\"", "\"\\x\"", "\"\\u12\"",
        "\"\\ud800\"", "\"\\u+123\"", "\"\n\"", "1 2", "[1]]", "'a'", "NaN",
    ])
    func whatIsNotJSONIsRefused(_ text: String) { #expect(throws: JSONReader.Malformed.self) { try JSONReader.parse(text) } }

    @Test func depthIsLimited() {
        #expect(throws: JSONReader.Malformed.self) { try JSONReader.parse(String(repeating: "[", count: 100_000)) }
    }

    @Test func bytesThatAreNotTextAreRefused() {
        let bytes: [UInt8] = [0x22, 0xff, 0x22]
        #expect(throws: JSONReader.Malformed.self) { try bytes.withUnsafeBytes { try JSONReader.parse($0) } }
    }
}
