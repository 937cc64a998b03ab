/// What `ottla help` explains beside its commands.
enum HelpTopics {
    /// The words and their texts.
    static var all: [(name: String, purpose: String, text: String)] {
        [
            ("output", "The JSON that commands print for scripts.", output),
            ("exit-codes", "What the exit codes mean.", exitCodes),
            ("tutorial", "A walk through the commands.", Tutorial.text),
        ]
    }

    private static let output = """
        Every command that prints rows takes --output:

          text   what Kafka's tool prints (the default)
          json   one document at the end: {"version":1,"command":NAME, a list of rows for each kind, "messages":[...]}
          jsonl  one object a line, as rows are found: {"version":1,"kind":KIND, the fields of the row}

        Numbers are numbers, and null stands where the text has '-' or leaves a value out. A row has all of its fields, also
        those that the text shows with --verbose only. Commands without an end print a line a row in both forms.
        On standard error each line is an object as well: {"message":TEXT}, or {"error":{"message":TEXT,"exitCode":CODE}}, with
        the name of Kafka's error as "code" where there is one. A failed command that found nothing prints no document.
        The version changes when a field is taken away or changes its meaning; new fields may come at any time.
        The fields of each command are in its manual page, and as JSON Schema in docs/schemas.

        """

    private static var exitCodes: String {
        var text = "A command called as 'ottla COMMAND' ends with\n\n"
        for code in ExitCode.allCases { text += "  \(code.rawValue)  \(code.meaning)\n" }
        text += """

            and with 130 after Ctrl-C, 143 after SIGTERM. Called by Kafka's names (kafka-topics and so on) every failure ends with 1,
            also where Kafka's own tool ends with 0.

            """
        return text
    }
}
