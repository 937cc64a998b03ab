import Testing

@testable import Toolkit

/// What shells are told; the shells themselves are in Tests/Integration/test_completions.py.
@Suite struct CompletionTests {
    private func suggestions(_ kind: SettingKind, _ value: String, isList: Bool = false, namesOnly: Bool = false) -> [String] {
        SettingSuggestions(kind).candidates(for: value, isList: isList, namesOnly: namesOnly)
    }

    @Test func keysComeFirstAndThenTheirValues() {
        let keys = suggestions(.topic, "cle")
        #expect(keys.contains("cleanup.policy=") && keys.contains("retention.ms=") && keys == keys.sorted())
        #expect(suggestions(.topic, "cleanup.policy=") == ["cleanup.policy=compact", "cleanup.policy=delete"])
        #expect(suggestions(.topic, "retention.ms=") == ["retention.ms=604800000"])
        #expect(suggestions(.topic, "unclean.leader.election.enable=x") == ["true", "false"].map { "unclean.leader.election.enable=\($0)" })
        #expect(suggestions(.topic, "nosuch=").isEmpty)
    }

    @Test func aListKeepsWhatIsTyped() {
        let value = "cleanup.policy=[compact,delete],"
        #expect(suggestions(.topic, value + "ret", isList: true).contains(value + "retention.ms="))
        #expect(!suggestions(.topic, value, isList: true).contains(value + "cleanup.policy="))
        // Inside the brackets it is still the same setting.
        #expect(suggestions(.topic, "cleanup.policy=[compact,", isList: true) == ["cleanup.policy=compact", "cleanup.policy=delete"])
        #expect(suggestions(.ip, "x", isList: true, namesOnly: true) == ["connection_creation_rate"])
    }

    @Test func everyKindHasKeysAndNoneIsInternal() {
        for kind in [
            SettingKind.topic, .broker, .dynamicBroker, .group, .clientMetrics, .user, .client, .ip, .producer, .consumer, .admin, .lineReader, .formatter,
        ] {
            let keys = suggestions(kind, "")
            #expect(!keys.isEmpty && Set(keys).count == keys.count && keys.allSatisfy { $0.hasSuffix("=") }, "\(kind)")
        }
        #expect(suggestions(.entity, "").isEmpty)
        #expect(!suggestions(.dynamicBroker, "").contains("node.id=") && suggestions(.broker, "").contains("node.id="))
    }

    @Test func unfinishedLinesAreRead() {
        let line = TypedLine(["kafka-configs", "--bootstrap-server=a:1", "-topic", "t", "--alter", "--bootstrap-server", "b:2", "--command-config"])
        #expect(line.value(of: "bootstrap-server") == "b:2" && line.value(of: "command-config") == nil)
        #expect(line.has("alter") && !line.has("broker") && line.entityKind == .topic)
        #expect(TypedLine(["x", "--entity-type", "users", "--entity-default"]).entityKind == .user)
        #expect(TypedLine(["x", "--entity-type=nonsense"]).entityKind == nil && TypedLine([]).entityKind == nil)
        #expect(TypedLine(["x", "--broker-defaults"]).entityKind == .dynamicBroker && TypedLine(["x", "--ip", "1"]).entityType == "ips")
    }

    @Test func questionsWithoutSenseHaveNoAnswer() {
        for words in [[], ["topics"], ["setting", ""], ["setting.nosuch", ""], ["nosuch", ""], ["", ""], ["setting.entity", "", "kafka-configs"]] {
            let sink = MemorySink()
            let output = OutputWriter(sink)
            #expect(ShellQuestion.answer(words, output: output) == 0)
            output.flush()
            #expect(sink.text.isEmpty)
        }
    }
}

@Suite struct ManualTests {
    @Test func linesStayWithinWhatManualsAreMadeOf() {
        let text = ManPage.paragraph(String(repeating: "words and ", count: 30) + ".dots 'quotes - \\ .")
        #expect(text.split(separator: "\n").allSatisfy { $0.utf8.count <= 80 && !$0.hasPrefix(".") && !$0.hasPrefix("'") })
        #expect(ManPage.literal("'a' `b` ~c ^d -e \\f") == "\\(aqa\\(aq \\(gab\\(ga \\(tic \\(had \\-e \\ef")
        #expect(ManPage.literal(".x") == "\\&.x")
    }

    @Test func commandsBreakBeforeOptions() {
        let lines = ManPage.shellLines("ottla topics --bootstrap-server localhost:9092 --create --topic a-long-name-of-a-topic --partitions 3")
        #expect(
            lines
                == "ottla topics \\-\\-bootstrap\\-server localhost:9092 \\-\\-create \\e\n    \\-\\-topic a\\-long\\-name\\-of\\-a\\-topic \\-\\-partitions 3\n"
        )
    }

    @Test func theTutorialFallsIntoItsParts() {
        let parts = Tutorial.parts
        #expect(parts.contains(.heading("TOPICS")))
        #expect(
            parts.contains(
                .terminal([
                    "$ ottla get-offsets --bootstrap-server localhost:9092 --topic copy", "copy:0:5",
                ])) == false, "it stands in one block with what comes before")
        let blocks = parts.compactMap { part -> [String]? in if case .terminal(let lines) = part { lines } else { nil } }
        #expect(blocks.allSatisfy { $0.first?.hasPrefix("$ ") == true && $0.last?.isEmpty == false })
        #expect(blocks.contains { $0.contains("") }, "an empty line that is shown stays in its block")
        #expect(Tutorial.text.split(separator: "\n").allSatisfy { $0.utf8.count <= 84 })
    }
}
