/// One option of a command: the single description from which parser, help, manual page and completion are made.
public struct Option: Sendable {
    /// Whether the option takes a value. The label says what it is ("host:port", "count").
    public enum Value: Equatable, Sendable {
        /// A switch.
        case none
        /// A value must follow; it may begin with a dash.
        case required(String)
        /// A value may follow, unless the next word looks like an option.
        case optional(String)
        /// A number may follow, also a negative one; another word is left alone.
        case optionalNumber(String)
    }

    /// What a shell offers for the value.
    public enum Completion: Equatable, Sendable {
        /// Nothing.
        case none
        /// Paths of files.
        case file
        /// Paths of directories.
        case directory
        /// Topics of the cluster.
        case topic
        /// Consumer groups of the cluster.
        case group
        /// Ids of the cluster's brokers.
        case broker
        /// Transactional ids of the cluster.
        case transactionalId
        /// What is configured, in a cluster's own words: of the kind that `--entity-type` names on the command line.
        case entity
        /// A setting, `key=value`.
        case setting(SettingKind)
        /// Settings, separated by commas.
        case settings(SettingKind)
        /// Keys of settings, separated by commas.
        case settingNames(SettingKind)
        /// One of these words.
        case words([String])

        /// What the shell asks `ottla __complete` for; nil where it needs to ask nobody.
        var question: String? {
            switch self {
            case .none, .file, .directory, .words: nil
            case .topic: "topics"
            case .group: "groups"
            case .broker: "brokers"
            case .transactionalId: "transactions"
            case .entity: "entities"
            case .setting(let kind): "setting.\(kind.rawValue)"
            case .settings(let kind): "settings.\(kind.rawValue)"
            case .settingNames(let kind): "names.\(kind.rawValue)"
            }
        }
    }

    /// Every spelling without dashes. The first is the one that help shows and that tools ask for; the others are older or newer names of the same thing.
    /// A spelling of one letter is a short option (`-b`).
    public let names: [String]
    /// The value it takes.
    public let value: Value
    /// One line: what it does, without a final full stop when it is a phrase.
    public let help: String
    /// The value when the option is absent, as text. It counts for reading only, `has` stays false.
    public let defaultValue: String?
    /// Whether every occurrence counts. Reading a single value of an option given twice is an error either way.
    public let isRepeatable: Bool
    /// Whether the parser itself insists on it ("Missing required option(s) [name]").
    public let isRequired: Bool
    /// The parser refuses the option unless one of these is present as well; empty means no condition.
    public let availableIf: [String]
    /// What completes the value.
    public let completion: Completion
    /// Whether further words are values as well, up to the next option (argparse only).
    public let takesSeveral: Bool
    /// Left out of help, manual and completion.
    public let isHidden: Bool

    /// The spelling that help shows.
    public var name: String { names.first ?? "" }

    /// Describes an option; see the properties.
    public init(
        _ names: String..., value: Value = .none, help: String, default defaultValue: String? = nil, repeatable: Bool = false, required: Bool = false,
        availableIf: [String] = [], completion: Completion = .none, several: Bool = false, hidden: Bool = false
    ) {
        self.names = names
        self.value = value
        self.help = help
        self.defaultValue = defaultValue
        self.isRepeatable = repeatable
        self.isRequired = required
        self.availableIf = availableIf
        self.completion = completion
        self.takesSeveral = several
        self.isHidden = hidden
    }

    /// `--help` as every Kafka tool has it.
    public static let helpOption = Option("help", help: "Show this help")
    /// `-h` and `--help`, as the tools with argparse's parser have it.
    public static let shortHelpOption = Option("help", "h", help: "Show this help")
    /// `--version` as every Kafka tool has it.
    public static let versionOption = Option("version", help: "Show the version")
}
