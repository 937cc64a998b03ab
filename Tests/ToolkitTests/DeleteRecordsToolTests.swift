import Testing
import Vocabulary

@testable import Toolkit

@Suite struct DeleteRecordsToolTests {
    @Test func offsetsAreRead() throws {
        let text = #"{"partitions":[{"topic":"a","partition":0,"offset":3},{"topic":"b","partition":1,"offset":-1}],"version":1}"#
        #expect(try OffsetFile.parse(text) == [TopicPartition("a", 0): 3, TopicPartition("b", 1): -1])
        #expect(try OffsetFile.parse(#"{"partitions":[]}"#).isEmpty)
    }

    @Test(arguments: [
        ("[]", "Expected JSON object, received []"),
        (#"{"version":2,"partitions":[]}"#, "Not supported version field value 2"),
        (#"{"version":"1"}"#, "Expected `Integer` value, received \"1\""),
        (#"{"version":1}"#, "Missing partitions field"),
        (#"{"partitions":{}}"#, "Expected JSON array, received {}"),
        (#"{"partitions":[{"partition":0,"offset":1}]}"#, "No such field exists: `topic`"),
        (#"{"partitions":[{"topic":1,"partition":0,"offset":1}]}"#, "Expected `String` value, received 1"),
        (#"{"partitions":[{"topic":"a","partition":0,"offset":1.5}]}"#, "Expected `Long` value, received 1.5"),
        (#"{"partitions":[{"topic":"a","partition":5000000000,"offset":1}]}"#, "Expected `Integer` value, received 5000000000"),
        (
            #"{"partitions":[{"topic":"a","partition":0,"offset":1},{"topic":"a","partition":0,"offset":2}]}"#,
            "Offset json file contains duplicate topic partitions: a-0"
        ),
    ])
    func whatIsWrongInTheFileIsToldInKafkasWords(text: String, message: String) {
        #expect(throws: ToolError.invalid(message)) { try OffsetFile.parse(text) }
    }

    @Test func whatIsNotJSONIsToldWithItsPlace() {
        #expect(throws: ToolError.invalid("The input string is not a valid JSON: no value begins like this at byte 0")) { try OffsetFile.parse("?") }
    }

    @Test func aMissingFileIsNamed() {
        let ran = Ran(DeleteRecordsTool.tool, ["--bootstrap-server", "127.0.0.1:1", "--offset-json-file", "/nowhere/at.all"], kafkaName: false)
        #expect(ran.code == 2 && ran.output.isEmpty && ran.error == "Unable to read file /nowhere/at.all: No such file or directory\n")
    }
}
