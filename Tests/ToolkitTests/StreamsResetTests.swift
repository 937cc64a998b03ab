import Testing

@testable import Toolkit

private func run(_ words: String...) -> Ran { Ran(StreamsResetTool.tool, words) }

@Suite struct StreamsResetTests {
    @Test func usageErrorsHaveKafkasWords() {
        func first(_ ran: Ran) -> String { String(ran.error.split(separator: "\n").first ?? "") }
        #expect(first(run("--dry-run")) == "Missing required option(s) [application-id]")
        #expect(
            first(run("--application-id", "a", "--to-latest", "--to-earliest")) == "Option \"[to-earliest]\" can't be used with option \"[to-latest]\"")
        #expect(
            first(run("--application-id", "a", "--shift-by", "1", "--to-offset", "2")) == "Option \"[to-offset]\" can't be used with option \"[shift-by]\"")
        #expect(
            first(run("--application-id", "a", "--config-file", "x", "--command-config", "y"))
                == "Option \"[config-file]\" can't be used with option \"[command-config]\"")
    }

    @Test func wrongValuesAreRefusedBeforeAnythingIsDone() {
        #expect(run("--application-id", "a", "--to-offset", "x").error == "Cannot parse argument 'x' of option to-offset\n")
        #expect(run("--application-id", "a", "--to-datetime", "today").error.hasPrefix("'today' is not a time"))
        #expect(run("--application-id", "a", "--by-duration", "5").error.hasPrefix("'5' is not a duration"))
    }

    @Test(arguments: [
        ("app-store-changelog", true), ("app-x-repartition", true), ("app-y-subscription-registration-topic", true),
        ("app-y-subscription-response-topic", true), ("app-KTABLE-FK-JOIN-SUBSCRIPTION-REGISTRATION-0000000001-topic", true),
        ("app-KTABLE-FK-JOIN-SUBSCRIPTION-RESPONSE-17-topic", true), ("app-KTABLE-FK-JOIN-SUBSCRIPTION-RESPONSE--topic", false),
        ("-KTABLE-FK-JOIN-SUBSCRIPTION-RESPONSE-1-topic", false), ("app-KTABLE-FK-JOIN-SUBSCRIPTION-OTHER-1-topic", false), ("app-output", false),
        ("app-changelog-x", false),
    ])
    func internalTopicsAreKnownByTheirNames(topic: String, isInternal: Bool) { #expect(StreamsReset.isInternalName(topic) == isInternal) }
}
