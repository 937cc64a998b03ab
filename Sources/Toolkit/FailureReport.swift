/// How a failure is told: as Kafka's tool does under Kafka's name, on standard error alone under ours, as an object where output is JSON.
struct FailureReport {
    let invocation: Invocation
    let format: OutputFormat
    let world: ToolContext.World

    /// Writes one failure.
    func write(_ failure: ToolError, _ output: OutputWriter, _ error: OutputWriter) {
        if format != .text {
            error.flush()
            return error.line(failure.json.text)
        }
        if invocation.isKafkaName, let text = failure.kafkaOutput {
            output.line(text)
            // Whoever sees both on one terminal is told only what is new.
            if world.terminals.output && world.terminals.error {
                if let reason = failure.reason { error.line(reason) }
                return
            }
        }
        if !failure.message.isEmpty { error.line(failure.message) }
        if failure.showUsage { error.line("Try '\(invocation.program) --help' for the options.") }
    }
}
