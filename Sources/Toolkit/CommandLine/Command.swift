/// A command: its names, purpose and options. One value of this type is all that parser, help, manual page and completions know.
public struct Command: Sendable {
    /// Which of Kafka's two option parsers the command must behave like.
    public enum Dialect: Sendable {
        /// jopt-simple: no abbreviations, a single dash works for long names, stray words are ignored.
        case jopt
        /// argparse: unambiguous prefixes of long names, usage line in errors, stray words are errors.
        case argparse
    }

    /// What help is shown for.
    public enum HelpCall: Sendable {
        /// `--help`.
        case asked
        /// A call without any argument, where some are needed.
        case bare
    }

    /// A word without dashes that argparse commands take by position.
    public struct Positional: Sendable {
        /// Its label ("broker-id").
        public let label: String
        /// One line of help.
        public let help: String
        /// Whether any number of words may stand there, or none. Only the last may.
        public let isRepeated: Bool
        /// Describes a positional word.
        public init(_ label: String, help: String, isRepeated: Bool = false) { (self.label, self.help, self.isRepeated) = (label, help, isRepeated) }

        /// As help shows it: `BROKER-ID`, `[COMMAND ...]`.
        var synopsis: String { isRepeated ? "[\(label.uppercased()) ...]" : label.uppercased() }
    }

    /// The word after `ottla` ("topics").
    public let name: String
    /// Kafka's script without `.sh` ("kafka-topics"); nil for commands that Kafka does not have.
    public let kafkaName: String?
    /// One sentence that help opens with.
    public let purpose: String
    /// All options but `--help` and `--version`, in any order; help sorts them.
    public let options: [Option]
    /// The parser to behave like.
    public let dialect: Dialect
    /// Words taken by position (argparse only).
    public let positionals: [Positional]
    /// Commands one level below, chosen by the first word (argparse only).
    public let subcommands: [Command]
    /// The kinds of rows that it prints. A command with any takes `--output`.
    public let sections: [Section]
    /// Paragraphs for the manual page: examples, exit codes, notes.
    public let notes: [String]
    /// Example command lines for help and manual, without the leading program name; an empty one is the call without any argument.
    public let examples: [String]
    /// The manual page's section of that name, where it is not that of all tools.
    public let exitStatus: String?
    /// Whether a call without any argument shows help and fails.
    public let needsArguments: Bool
    /// The call for help that ends with 0 under Kafka's name as well; all others fail there.
    public let helpSucceeds: HelpCall?
    /// What stands before the parser's errors, as in Kafka's tool.
    public let errorPrefix: String
    /// Left out of lists and completions.
    public let isHidden: Bool

    /// Describes a command; see the properties.
    public init(
        name: String, kafkaName: String? = nil, purpose: String, dialect: Dialect = .jopt, options: [Option], positionals: [Positional] = [],
        subcommands: [Command] = [], sections: [Section] = [], notes: [String] = [], examples: [String] = [], needsArguments: Bool = true,
        helpSucceeds: HelpCall? = nil, errorPrefix: String = "", hidden: Bool = false, exitStatus: String? = nil
    ) {
        self.name = name
        self.kafkaName = kafkaName
        self.purpose = purpose
        self.options = options
        self.dialect = dialect
        self.positionals = positionals
        self.subcommands = subcommands
        self.sections = sections
        self.notes = notes
        self.examples = examples
        self.exitStatus = exitStatus
        self.needsArguments = needsArguments
        self.helpSucceeds = helpSucceeds
        self.errorPrefix = errorPrefix
        self.isHidden = hidden
    }

    /// The options with `--help`, `--version` and `--output` added where the command has not its own, sorted by name.
    public var allOptions: [Option] {
        var all = options
        if !sections.isEmpty { all.append(OutputFormat.option) }
        if !all.contains(where: { $0.names.contains("help") }) { all.append(dialect == .argparse ? .shortHelpOption : .helpOption) }
        if dialect == .jopt, !all.contains(where: { $0.names.contains("version") }) { all.append(.versionOption) }
        return all.sorted { $0.name < $1.name }
    }

    /// Its own kinds of rows and those of its subcommands, each once.
    var sectionsAtAnyPlace: [Section] {
        var seen: Set<String> = []
        return (sections + subcommands.flatMap(\.sections)).filter { seen.insert($0.name).inserted }
    }

    /// The subcommand of that name.
    func subcommand(_ name: String?) -> Command? { name.flatMap { name in subcommands.first { $0.name == name } } }

    /// The options that help, manual and completions show.
    public var visibleOptions: [Option] { allOptions.filter { !$0.isHidden } }

    /// The same with those of all subcommands, each name once.
    var optionsAtAnyPlace: [Option] {
        var seen: Set<String> = []
        return (visibleOptions + subcommands.flatMap(\.visibleOptions)).filter { seen.insert($0.name).inserted }
    }
}

/// How a command was called, which decides the few things that differ between `ottla topics` and `kafka-topics`.
public struct Invocation: Sendable {
    /// The words the user typed: "ottla topics", "kafka-topics", "kafka-topics.sh".
    public let program: String
    /// Called by Kafka's name: then help goes to standard error with exit code 1, the version is Kafka's, and older option names are noticed.
    public let isKafkaName: Bool

    /// Describes a call.
    public init(program: String, isKafkaName: Bool) { (self.program, self.isKafkaName) = (program, isKafkaName) }
}
