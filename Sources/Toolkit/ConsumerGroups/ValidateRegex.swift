import KafkaProtocol
import Pattern

/// `--validate-regex`: whether the broker would take a pattern as a subscription (RE2's syntax). Needs no cluster.
enum ValidateRegex {
    static func perform(_ text: String, report: Report) -> ExitCode {
        do {
            _ = try Pattern(text, syntax: .re2)
            report.say("The regular expression `\(text)` is valid.")
            return .done
        } catch {
            report.say("The regular expression `\(text)` is invalid: \(error.reason).")
            return .failed
        }
    }
}
