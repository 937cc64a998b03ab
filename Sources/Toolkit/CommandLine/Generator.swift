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
            return 1
        }
        output.write(shell.script(commands))
        return 0
    }

    /// `ottla generate man DIR` and `ottla generate completions DIR`: the files of the project's folders of these names.
    func writeFiles(_ words: [String]) -> Int32 {
        let files: [(name: String, text: String)]? = words.count == 2 ? (words[0] == "man" ? pages : words[0] == "completions" ? scripts : nil) : nil
        guard let files else {
            error.line("usage: ottla generate man|completions DIR")
            return 1
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
        var pages = [("ottla.1", ManPage.overview(commands))]
        for command in commands where !command.isHidden {
            pages.append(("ottla-\(command.name).1", ManPage.page(command)))
            if let kafkaName = command.kafkaName { pages.append(("\(kafkaName).1", ManPage.reference(to: command))) }
        }
        return pages
    }

    private var scripts: [(name: String, text: String)] { Shell.allCases.map { ($0.fileName, $0.script(commands)) } }
}
