import Vocabulary

/// What a directory inside a data directory is, as its name tells (Kafka documentation, "Log"; KIP-113 for `-future`, KIP-858 for `-stray`).
enum DirectoryEntry: Equatable {
    case partition(TopicPartition)
    /// Would be a partition's, if a broker wrote numbers so: `t-00`.
    case stranger
    /// Marked for deletion: `topic-0.<unique>-delete`.
    case marked
    /// A partition that the metadata did not know: `topic-0.<unique>-stray`.
    case stray
    /// A copy that is moved here from another directory: `topic-0.<unique>-future`.
    case future
    /// Not the log's business: hidden, a file system's own, or Kafka's cache of remote indexes.
    case ignored
    /// Nothing that a broker makes.
    case foreign

    init(name: String) {
        if name.hasPrefix(".") || name == "lost+found" || name == "remote-log-index-cache" {
            self = .ignored
        } else if let partition = TopicPartition(directoryName: name) {
            self = partition.description == name ? .partition(partition) : .stranger
        } else if Self.isUnique(name, suffix: "-delete") {
            self = .marked
        } else if Self.isUnique(name, suffix: "-stray") {
            self = .stray
        } else if Self.isUnique(name, suffix: "-future") {
            self = .future
        } else {
            self = .foreign
        }
    }

    /// Whether the name is a partition's, a dot, something unique, and the suffix. A long topic's name may have been cut.
    private static func isUnique(_ name: String, suffix: String) -> Bool {
        guard name.hasSuffix(suffix), let dot = name.dropLast(suffix.count).lastIndex(of: ".") else { return false }
        return name[..<dot].contains("-") && name.index(after: dot) < name.index(name.endIndex, offsetBy: -suffix.count)
    }

    /// The name of a partition's directory once it is marked. A directory's name has at most 255 bytes, so a long topic's is cut, as Kafka does.
    static func markedName(_ name: TopicPartition, unique: String, suffix: String) -> String {
        let end = "-\(name.partition).\(unique)\(suffix)"
        return name.topic.prefix(255 - end.utf8.count) + end
    }

    /// The same for a directory that is no partition's.
    static func markedName(_ directory: String, unique: String, suffix: String) -> String {
        directory.prefix(255 - unique.utf8.count - suffix.utf8.count - 1) + "." + unique + suffix
    }

    /// The partition of a directory whose name has a suffix; nil when the name, which may have been cut, does not tell.
    static func partition(ofSuffixed name: String) -> TopicPartition? {
        guard let dot = name.lastIndex(of: "."), let partition = TopicPartition(directoryName: String(name[..<dot])) else { return nil }
        return name.hasPrefix("\(partition).") ? partition : nil
    }

    /// What a directory that was never formatted may hold and still be taken for empty; `meta.properties.tmp` is left by a first start that was cut off.
    static func isNothing(_ name: String) -> Bool { name.hasPrefix(".") || name == "lost+found" || name == MetaProperties.fileName + ".tmp" }
}

extension String {
    /// Quoted for a shell.
    var shellQuoted: String { "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'" }
}

extension Sequence<String> {
    /// The first few, and how many more there are.
    func shortList(_ count: Int = 5) -> String {
        let all = Array(self)
        let shown = all.prefix(count).joined(separator: ", ")
        return all.count > count ? "\(shown) and \(all.count - count) more" : shown
    }
}
