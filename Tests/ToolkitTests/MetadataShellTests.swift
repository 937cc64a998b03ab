import Foundation
import Testing

@testable import Toolkit

/// Metadata that a real broker of 4.3.1 left.
private func fixture(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../CoordinationTests/Fixtures/\(name)").path
}

private let log = fixture("kafka-metadata.log")
private let snapshot = fixture("00000000000000000312-0000000001.checkpoint")

private func shell(_ words: String..., of file: String = log, kafkaName: Bool = true, input: String = "") -> Ran {
    Ran(MetadataShellTool.tool, ["--snapshot", file] + words, input: input, kafkaName: kafkaName)
}

@Suite struct MetadataShellTests {
    /// The texts are those of Kafka's own classes over the same files.
    @Test func leavesHaveTheTextsOfKafkasClasses() {
        #expect(shell("cat", "/image/provenance").output == "offset 642, epoch 2, time 2026-11-21T04:12:48.272Z[UTC]\n")
        #expect(shell("cat", "/image/provenance", of: snapshot).output.hasPrefix("offset 93, epoch 1, time "))
        #expect(shell("cat", "/image/features/metadataVersion").output == "Optional[4.3-IV0]\n")
        #expect(shell("cat", "/image/producerIds/nextProducerId").output == "1000\n")
        #expect(shell("cat", "/image/producerIds/*", of: snapshot).output == "-1\n")
        #expect(
            shell("cat", "/image/topics/byName/compacted/0").output
                == "PartitionRegistration(replicas=[1], directories=[Zw_enipKGMUDsJEAXWm9dA], isr=[], removingReplicas=[], addingReplicas=[], elr=[1], "
                + "lastKnownElr=[1], leader=-1, leaderRecoveryState=RECOVERING, leaderEpoch=3, partitionEpoch=4)\n")
        #expect(
            shell("cat", "/image/cluster/brokers/1").output
                == "BrokerRegistration(id=1, epoch=564, incarnationId=jgPEpKhTRy23W7JwfAT2KQ, listeners=[Endpoint(listenerName='PLAINTEXT', "
                + "securityProtocol=PLAINTEXT, host='127.0.0.1', port=37435)], supportedFeatures={eligible.leader.replicas.version: 0-1, group.version: 0-1, "
                + "kraft.version: 0-1, metadata.version: 7-30, share.version: 0-1, streams.version: 0-1, transaction.version: 0-2}, rack=Optional.empty, "
                + "fenced=true, inControlledShutdown=true, isMigratingZkBroker=false, directories=[Zw_enipKGMUDsJEAXWm9dA], cordonedDirectories=[])\n")
        #expect(shell("tree", "/image/clientQuotas").output == "clientId(q-3144f60f905-8):\n  producer_byte_rate:\n    12345.0\n")
    }

    @Test func directoriesAreListed() {
        #expect(shell("ls").output == "image\nlocal\n")
        #expect(
            shell("ls", "/image").output
                == "acls\nclientQuotas\ncluster\nconfigs\ndelegationToken\nfeatures\nproducerIds\nprovenance\nscram\ntopics\n")
        #expect(shell("ls", "/image/provenance", "/local", "/image/topics").output == "provenance\n\nlocal:\ncommitId\nversion\n\ntopics:\nbyId\nbyName\n")
        // Nothing in it, nothing shown.
        #expect(shell("ls", "/image/acls/byId").output.isEmpty)
        #expect(
            shell("find", "/image/cluster").output == "/image/cluster\n/image/cluster/brokers\n/image/cluster/brokers/1\n"
                + "/image/cluster/controllers\n/image/cluster/controllers/1\n")
    }

    @Test func aTopicIsFoundByItsIdToo() {
        let id = shell("cat", "/image/topics/byName/plain/id").output.dropLast()
        #expect(shell("cat", "/image/topics/byId/\(id)/name").output == "plain\n")
        #expect(shell("tree", "/image/topics/byId/\(id)").output == shell("tree", "/image/topics/byName/plain").output)
    }

    @Test func pathsMayHavePatterns() {
        #expect(shell("cat", "/image/topics/byName/{plain,rolled}/name").output == "plain\nrolled\n")
        #expect(shell("cat", "/image/topics/byName/pl?in/../*/name").output.split(separator: "\n").count == 11)
        #expect(shell("cat", "/image/./configs/TOPIC:rolled/segment*").output == "1048576\n")
    }

    @Test(
        arguments: [
            ("plain", nil), ("*", "^.*$"), ("a?b", "^a.b$"), ("{a,b*}", "^(?:(?:a)|(?:b.*))$"), ("a.b*", "^a\\.b.*$"), ("{a", nil), ("{{a}}", nil),
            ("a,b", nil),
            ("\\*", nil), ("\\**", "^\\*.*$"),
        ] as [(String, String?)]) func aPatternIsARegularExpression(_ glob: String, _ expression: String?)
    {
        #expect(MetadataGlob.expression(glob) == expression)
    }

    @Test func whatIsNotThereFails() {
        let missing = shell("cat", "/nosuch", kafkaName: false)
        #expect(missing.code == 3 && missing.output.isEmpty && missing.error == "cat: /nosuch: No such file or directory.\n")
        let kafka = shell("ls", "/nosuch", "/local")
        #expect(kafka.code == 1 && kafka.output == "ls: /nosuch: no such file or directory.\ncommitId\nversion\n")
        #expect(shell("cat", "/image").output == "cat: /image: Is a directory\n" && shell("cat", "/image").code == 1)
        #expect(shell("find", "/image/x").output == "find: /image/x: no such file or directory.\n")
        #expect(shell("ls", of: "/nosuch/file", kafkaName: false).code == 3)
    }

    @Test(arguments: [
        (["l"], "invalid choice: 'l': did you mean 'ls'?"), (["c"], "too few arguments"), (["cat"], "too few arguments"),
        (["pwd"], "invalid choice: 'pwd' (choose from 'cat', 'find', 'ls', 'tree')"),
    ]) func aWrongCommandIsToldAsArgparseDoes(_ words: [String], _ message: String) {
        let ran = Ran(MetadataShellTool.tool, ["-s", log] + words, kafkaName: true)
        #expect(ran.output == message + "\n" && ran.code == 1)
    }

    @Test(arguments: [
        ("c", "ambiguous command: c could match cat, cd"), ("e", "invalid choice: 'e': did you mean 'exit'?"), ("pwd x", "unrecognized arguments: 'x'"),
        ("history x", "argument numEntriesToShow: could not convert 'x' to Integer (For input string: \"x\")"), ("man", "too few arguments"),
        ("cat -x", "unrecognized arguments: '-x'"), ("--foo", "unrecognized arguments: '--foo'"), ("--", "too few arguments"),
        (
            "x",
            "invalid choice: 'x' (choose from 'cat', 'cd', 'exit', 'find', 'help', 'history', 'ls', 'man', 'pwd', 'tree')"
        ),
    ]) func aWrongLineIsToldAsArgparseDoes(_ line: String, _ message: String) {
        #expect(throws: ToolError.invalid(message)) { try ShellCommand(ShellLine.words(line), inShell: true) }
    }

    @Test func linesAreSplitIntoWords() throws {
        #expect(ShellLine.words("  ls 'a b' \"c\\\"d\" e\\ f ''") == ["ls", "a b", "c\"d", "e f", ""])
        #expect(try ShellCommand(["ls", "", ""], inShell: true) == .ls([]))
        #expect(try ShellCommand(["cat", "--", "-x", "-1"], inShell: true) == .cat(["-x", "-1"]))
        #expect(try ShellCommand(["cat", "-1"], inShell: true) == .cat(["-1"]))
        #expect(try ShellCommand(["ls", "--help"], inShell: true) == .nothing)
        #expect(try ShellCommand([], inShell: true) == .nothing)
    }

    @Test func aScriptOnStandardInputIsCarriedOut() {
        let ran = shell(input: "pwd\ncd image/topics\npwd\nls byName/../\n\ncd ../nosuch\ncd provenance\ncd\npwd\nhistory 2\nexit\nls\n")
        #expect(
            ran.output
                == "Loading...\nStarting...\n[ Kafka Metadata Shell ]\n/\n/image/topics\nbyId\nbyName\ncd: ../nosuch: no such directory.\n"
                + "cd: provenance: no such directory.\n/\n    7  pwd\n    8  history 2\n")
        #expect(ran.code == 1)
        #expect(shell(kafkaName: false, input: "ls /local\nls /local\nhistory\n").output.hasSuffix("version\n    0  ls /local\n    1  history\n"))
        #expect(shell(input: "man ls\nhelp").code == 0)
        #expect(shell(input: "man x").output.hasSuffix("man: unknown command x. Type help to get a list of commands.\n"))
    }

    @Test func namesStandInColumnsWhereAScreenHasRoom() {
        #expect(ListingColumns(screenWidth: nil).lines(["a", "b"]) == ["a", "b"])
        #expect(ListingColumns(screenWidth: 80).lines(["a", "bcd", "e"]) == ["a  bcd  e"])
        #expect(ListingColumns(screenWidth: 12).lines(["aaa", "bb", "ccc", "d"]) == ["aaa  ccc", "bb   d"])
        #expect(ListingColumns(screenWidth: 7).lines(["aaaaaa", "bb"]) == ["aaaaaa", "bb"])
        #expect(ListingColumns(screenWidth: 80).lines([]).isEmpty)
    }

    @Test func jsonHasTheValues() {
        #expect(
            shell("--output", "json", "cat", "/image/topics/byName/plain/name").output
                == "{\"version\":1,\"command\":\"metadata-shell\",\"values\":[{\"path\":\"/image/topics/byName/plain/name\",\"value\":\"plain\"}]}\n")
        #expect(
            shell("--output", "jsonl", "ls", "/local", "/").output
                == "{\"version\":1,\"kind\":\"entries\",\"path\":\"/local/commitId\",\"name\":\"commitId\",\"isDirectory\":false}\n"
                + "{\"version\":1,\"kind\":\"entries\",\"path\":\"/local/version\",\"name\":\"version\",\"isDirectory\":false}\n"
                + "{\"version\":1,\"kind\":\"entries\",\"path\":\"/image\",\"name\":\"image\",\"isDirectory\":true}\n"
                + "{\"version\":1,\"kind\":\"entries\",\"path\":\"/local\",\"name\":\"local\",\"isDirectory\":true}\n")
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z[UTC]"), (-1, "1969-12-31T23:59:59.999Z[UTC]"), (951_782_400_500, "2000-02-29T00:00:00.5Z[UTC]"),
            (4_107_542_399_990, "2100-02-28T23:59:59.99Z[UTC]"), (1_709_251_199_000, "2024-02-29T23:59:59Z[UTC]"),
        ] as [(Int64, String)]) func momentsAreThoseOfTheGregorianCalendar(_ milliseconds: Int64, _ text: String)
    {
        #expect(MetadataTexts.zonedTime(milliseconds) == text)
    }
}

@Suite struct LoadedMetadataTests {
    private let directory = NSTemporaryDirectory() + "ottla-metadata-\(UUID())"

    private func put(_ file: String, as name: String, changed: (inout [UInt8]) -> Void = { _ in }) throws -> String {
        try FileManager.default.createDirectory(atPath: directory + "/__cluster_metadata-0", withIntermediateDirectories: true)
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
        changed(&bytes)
        let path = directory + "/__cluster_metadata-0/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test func aDirectoryIsReadFromItsLog() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        _ = try put(log, as: "00000000000000000000.log")
        let whole = shell("tree", "/image").output
        #expect(shell("tree", "/image", of: directory).output == whole)
        #expect(shell("tree", "/image", of: directory + "/__cluster_metadata-0/").output == whole)
    }

    @Test func aSnapshotStandsForWhatIsGoneOfTheLog() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        _ = try put(snapshot, as: "00000000000000000312-0000000001.checkpoint")
        let ran = shell("cat", "/image/provenance", of: directory)
        #expect(ran.output.hasPrefix("offset 311, epoch 1, time ") && ran.code == 0)
        #expect(shell("tree", "/image/topics", of: directory).output == shell("tree", "/image/topics", of: snapshot).output)
    }

    @Test func aLogWithoutItsBeginningIsRefused() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        _ = try put(log, as: "00000000000000000700.log")
        let ran = shell("ls", of: directory)
        #expect(ran.code == 1 && ran.error.contains("begins at offset 700, and no snapshot there stands for what precedes it"))
    }

    @Test func anUnfinishedEndIsLeftOut() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let cut = try put(log, as: "00000000000000000000.log") { $0.removeLast(10) }
        let ran = shell("cat", "/image/provenance", of: cut)
        #expect(ran.code == 0 && ran.output.hasPrefix("offset 641, ") && ran.error.contains("is no whole batch") && ran.error.contains("is left out"))
    }

    @Test func damageIsNamedWithItsPlace() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let damaged = try put(log, as: "00000000000000000000.log") { $0[160] ^= 1 }
        let ran = shell("ls", of: damaged)
        #expect(ran.code == 1 && ran.output.isEmpty && ran.error.contains("wrong checksum"))
        let other = try put(snapshot, as: "x.checkpoint") { $0 = Array("no batches at all, only some text".utf8) }
        #expect(shell("ls", of: other).error.contains("is no file of record batches"))
    }
}
