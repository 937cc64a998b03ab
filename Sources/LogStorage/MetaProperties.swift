import KafkaProtocol

/// `meta.properties` of a KRaft node's data directory (version 1): which node and cluster the directory belongs to, and its own id.
struct MetaProperties: Equatable {
    var nodeId: Int32
    var clusterId: String
    var directoryId: Uuid

    static let fileName = "meta.properties"

    var content: Bytes {
        Bytes("#\n#\nnode.id=\(nodeId)\ndirectory.id=\(directoryId)\nversion=1\ncluster.id=\(clusterId)\n")
    }

    init(nodeId: Int32, clusterId: String, directoryId: Uuid) {
        self.nodeId = nodeId
        self.clusterId = clusterId
        self.directoryId = directoryId
    }

    /// Throws a text that says what is wrong.
    init(_ content: Bytes, path: String) throws(LogDirectoryError) {
        var values: [Substring: String] = [:]
        for line in content.text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            guard let equals = line.firstIndex(of: "=") else { continue }
            values[line[..<equals]] = Self.unescaped(line[line.index(after: equals)...])
        }
        guard values["version"] == "1" else { throw .wrongMetaProperties("\(path): version must be 1, it is \(values["version"] ?? "missing")") }
        guard let nodeId = values["node.id"].flatMap({ Int32($0) }) else { throw .wrongMetaProperties("\(path): node.id is missing or no number") }
        guard let clusterId = values["cluster.id"], !clusterId.isEmpty else { throw .wrongMetaProperties("\(path): cluster.id is missing") }
        self.nodeId = nodeId
        self.clusterId = clusterId
        // Directories that older releases formatted have no id of their own.
        directoryId = values["directory.id"].flatMap { Uuid($0) } ?? .zero
    }

    /// Java's properties put a backslash before `=`, `:` and `#`.
    private static func unescaped(_ value: Substring) -> String {
        var result = "", isEscaped = false
        for character in value {
            if character == "\\" && !isEscaped {
                isEscaped = true
            } else {
                result.append(character)
                isEscaped = false
            }
        }
        return result.hasSuffix(" ") || result.hasPrefix(" ") ? String(result.split(separator: " ").joined(separator: " ")) : result
    }
}

/// `partition.metadata`: the topic id of the partition in a directory.
enum PartitionMetadata {
    static let fileName = "partition.metadata"

    static func content(_ topicId: Uuid) -> Bytes { Bytes("version: 0\ntopic_id: \(topicId)") }

    /// Nil when the file is malformed, as one that a crash left empty.
    static func parse(_ content: Bytes) -> Uuid? {
        let lines = content.text.split(whereSeparator: \.isNewline)
        guard lines.count == 2, lines[0] == "version: 0", lines[1].hasPrefix("topic_id: ") else { return nil }
        return Uuid(String(lines[1].dropFirst("topic_id: ".count)))
    }
}
