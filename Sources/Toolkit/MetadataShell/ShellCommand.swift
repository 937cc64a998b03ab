import Vocabulary

/// A command of the metadata shell, and how it is read: as argparse reads words, with its texts for what is wrong.
enum ShellCommand: Equatable {
    case cat([String]), cd(String?), exit, find([String]), help, history(Int32?), ls([String]), man(String), pwd, tree([String])
    /// An empty line, or one that asked for the usage of its command.
    case nothing

    /// What a command is called and takes.
    struct Description {
        let name: String
        let purpose: String
        /// The label of its words, if it takes any.
        var words: String?
        /// How many it takes.
        var count = 0...0
        /// Whether it has a meaning only where several commands are given one after another.
        var isForShells = false

        /// `ls [targets ...]`.
        var usage: String {
            guard let words else { return name }
            let several = count.upperBound == .max
            if count.lowerBound > 0 { return several ? "\(name) \(words) [\(words) ...]" : "\(name) \(words)" }
            return several ? "\(name) [\(words) ...]" : "\(name) [\(words)]"
        }
    }

    /// In the order of their names.
    static let all = [
        Description(name: "cat", purpose: "Show what is at places in the tree", words: "targets", count: 1 ... .max),
        Description(name: "cd", purpose: "Go to a directory, or to the root", words: "target", count: 0...1, isForShells: true),
        Description(name: "exit", purpose: "Leave the shell", isForShells: true),
        Description(name: "find", purpose: "List all places below directories", words: "paths", count: 0 ... .max),
        Description(name: "help", purpose: "List the commands", isForShells: true),
        Description(name: "history", purpose: "Show the commands that were given, or the last of them", words: "count", count: 0...1, isForShells: true),
        Description(name: "ls", purpose: "List directories", words: "targets", count: 0 ... .max),
        Description(name: "man", purpose: "Show what a command does", words: "cmd", count: 1...1, isForShells: true),
        Description(name: "pwd", purpose: "Show where one is", isForShells: true),
        Description(name: "tree", purpose: "Show what is at places in the tree and everything below them", words: "targets", count: 1 ... .max),
    ]

    /// Reads the words of a command.
    /// - Parameter inShell: whether commands follow one after another
    init(_ words: [String], inShell: Bool) throws(ToolError) {
        var words = words
        while words.last == "" { words.removeLast() }
        guard let first = words.first else {
            self = .nothing
            return
        }
        let description = try Self.find(first, among: Self.all.filter { inShell || !$0.isForShells })
        let given = try Self.operands(Array(words.dropFirst()), of: description)
        guard let given else {
            self = .nothing
            return
        }
        // A command may be shortened for its words to be looked at, but not to be carried out.
        if first != description.name { throw ToolError.invalid("invalid choice: '\(first)': did you mean '\(description.name)'?") }
        switch description.name {
        case "cat": self = .cat(given)
        case "cd": self = .cd(given.first)
        case "exit": self = .exit
        case "find": self = .find(given)
        case "help": self = .help
        case "history": self = .history(try given.first.map(Self.number))
        case "ls": self = .ls(given)
        case "man": self = .man(given[0])
        case "pwd": self = .pwd
        default: self = .tree(given)
        }
    }

    private static func find(_ word: String, among known: [Description]) throws(ToolError) -> Description {
        if let exact = known.first(where: { $0.name == word }) { return exact }
        if word == "--" { throw .invalid("too few arguments") }
        if word.hasPrefix("-") { throw .invalid("unrecognized arguments: '\(word)'") }
        let matching = known.filter { $0.name.hasPrefix(word) }
        if let only = matching.first, matching.count == 1 { return only }
        guard matching.isEmpty else { throw .invalid("ambiguous command: \(word) could match \(matching.map(\.name).joined(separator: ", "))") }
        throw .invalid("invalid choice: '\(word)' (choose from \(known.map { "'\($0.name)'" }.joined(separator: ", ")))")
    }

    /// The words that a command works on; nil when its usage was asked for instead.
    private static func operands(_ words: [String], of description: Description) throws(ToolError) -> [String]? {
        var operands: [String] = [], onlyOperands = false
        for word in words {
            if word == "--", !onlyOperands {
                onlyOperands = true
            } else if word.hasPrefix("-"), word.count > 1, !onlyOperands, Int64(word) == nil {
                if word == "-h" || word == "--help" { return nil }
                throw .invalid("unrecognized arguments: '\(word)'")
            } else if operands.count == description.count.upperBound {
                throw .invalid("unrecognized arguments: '\(word)'")
            } else {
                operands.append(word)
            }
        }
        if operands.count < description.count.lowerBound { throw .invalid("too few arguments") }
        return operands
    }

    private static func number(_ text: String) throws(ToolError) -> Int32 {
        guard let number = Int32(java: text) else {
            throw .invalid("argument numEntriesToShow: could not convert '\(text)' to Integer (For input string: \"\(text)\")")
        }
        return number
    }
}

/// The words of a line: apart at blanks, but for those in quotes of either kind or behind a backslash.
enum ShellLine {
    static func words(_ line: String) -> [String] {
        var words: [String] = [], word: String?, quote: Character?
        var rest = line[...]
        while let character = rest.popFirst() {
            if character == "\\", quote != "'", let escaped = rest.popFirst() {
                word = (word ?? "") + String(escaped)
            } else if let open = quote {
                if character == open { quote = nil } else { word = (word ?? "") + String(character) }
            } else if character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if character == " " || character == "\t" {
                if let whole = word { words.append(whole) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        return words + (word.map { [$0] } ?? [])
    }
}
