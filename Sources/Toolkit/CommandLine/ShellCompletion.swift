/// A shell for which a completion script can be written.
enum Shell: String, CaseIterable {
    case bash, zsh, fish

    /// The file's name under completions/.
    var fileName: String {
        switch self {
        case .bash: "ottla.bash"
        case .zsh: "_ottla"
        case .fish: "ottla.fish"
        }
    }

    /// The script for these commands. It serves `ottla COMMAND` and Kafka's names with and without `.sh`.
    func script(_ commands: [Command]) -> String {
        let visible = commands.filter { !$0.isHidden }
        return switch self {
        case .bash: BashCompletion(commands: visible).script
        case .zsh: ZshCompletion(commands: visible).script
        case .fish: FishCompletion(commands: visible).script
        }
    }

    /// Every name that the binary may be called by for a command.
    static func kafkaNames(_ command: Command) -> [String] { command.kafkaName.map { [$0, "\($0).sh"] } ?? [] }

    /// The words that complete in the place of a command, beside the commands themselves.
    static let builtIns: [(word: String, help: String)] = [("help", "Show the options of a command"), ("completion", "Print a completion script")]

    /// What `ottla help` explains.
    static func helpWords(_ commands: [Command]) -> [String] {
        commands.map(\.name) + HelpTopics.all.map(\.name) + commands.compactMap(\.kafkaName)
    }

    /// `text` in single quotes for a POSIX-like shell.
    static func quote(_ text: String) -> String { "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'" }
}
