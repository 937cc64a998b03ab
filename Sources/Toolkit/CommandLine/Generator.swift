import Host

/// Writes what is made from the commands' descriptions: completion scripts and manual pages.
struct Generator {
    let commands: [Command]
    let output: OutputWriter
    let error: OutputWriter

    /// `ottla completion SHELL`.
    func printCompletion(_ words: [String]) -> Int32 {
        guard words.count == 1, let shell = Shell(rawValue: words[0]) else {
            error.line("usage: ottla completion bash|zsh|fish")
            return ExitCode.usage.rawValue
        }
        output.write(shell.script(commands))
        return 0
    }

    /// `ottla generate man|completions|schemas DIR`: the files of the project's folders `man`, `completions` and `docs/schemas`.
    func writeFiles(_ words: [String]) -> Int32 {
        let kinds = ["man": { pages }, "completions": { scripts }, "schemas": { schemas }]
        guard words.count == 2, let files = kinds[words[0]]?() else {
            error.line("usage: ottla generate man|completions|schemas DIR")
            return ExitCode.usage.rawValue
        }
        do {
            try Surroundings.makeDirectory(words[1])
            for file in files { try Surroundings.writeFile("\(words[1])/\(file.name)", Array(file.text.utf8)) }
            return 0
        } catch {
            self.error.line("ottla: cannot write \(error.path): \(error.reason)")
            return 1
        }
    }

    private var pages: [(name: String, text: String)] {
        let own = [("ottla.1", ManPage.overview(commands)), ("ottla-tutorial.7", Tutorial.page)]
        return own
            + commands.filter { !$0.isHidden }.flatMap { command in
                [("ottla-\(command.name).1", ManPage.page(command))]
                    + Shell.kafkaNames(command).prefix(1).map { ("\($0).1", ManPage.page(command, kafkaName: $0)) }
            }
    }

    private var schemas: [(name: String, text: String)] {
        commands.filter { !$0.isHidden }.compactMap { command in JSONSchema.of(command).map { ("\(command.name).json", $0.indentedText + "\n") } }
    }

    private var scripts: [(name: String, text: String)] { Shell.allCases.map { ($0.fileName, $0.script(commands)) } }
}
