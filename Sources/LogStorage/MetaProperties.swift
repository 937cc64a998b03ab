import KafkaProtocol

/// `meta.properties` of a KRaft node's data directory (version 1): which node and cluster the directory belongs to, and its own id.
public struct MetaProperties: Sendable, Equatable {
    public var nodeId: Int32
    public var clusterId: String
    public var directoryId: Uuid

    public static let fileName = "meta.properties"

    var content: Bytes {
        Bytes("#\n#\nnode.id=\(nodeId)\ndirectory.id=\(directoryId)\nversion=1\ncluster.id=\(Self.escaped(clusterId))\n")
    }

    public init(nodeId: Int32, clusterId: String, directoryId: Uuid) {
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

    /// As Java writes a value. What ends a line is no part of any cluster's id.
    private static func escaped(_ value: String) -> String {
        var result = ""
        for character in value {
            let isSpecial = "\\=:#!".contains(character) || (character == " " && result.isEmpty)
            result += isSpecial ? "\\\(character)" : "\(character)"
        }
        return result
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

    enum Found: Equatable {
        case known(Uuid)
        /// There is no file, or only the beginning of one, as a power failure leaves it. (It lasts as soon as the first record does.)
        case missing

        var known: Uuid? { if case .known(let id) = self { id } else { nil } }
    }

    /// The topic id in a partition's directory. Anything but the file's two lines is damage: nobody can tell whose records these are.
    static func topicId(_ disk: any Disk, _ directory: String) throws(LogDirectoryError) -> Found {
        let path = directory + "/" + fileName
        let content: Bytes
        do throws(DiskError) {
            content = try disk.readFile(path)
        } catch  where error.isMissing {
            return .missing
        } catch {
            throw .disk(error)
        }
        guard let id = parse(content) else {
            if isTorn(content) { return .missing }
            throw .refused(
                "\(path) is damaged: it must be two lines, 'version: 0' and 'topic_id: ' with the topic's id; bring it back, or remove it to have the partition kept as stray"
            )
        }
        return .known(id)
    }

    private static func isTorn(_ file: Bytes) -> Bool {
        let whole = content(.zero)
        let fixed = whole.count - "\(Uuid.zero)".utf8.count
        // What was not written is missing or zeros.
        let written = file.prefix((file.array.lastIndex { $0 != 0 } ?? -1) + 1)
        return written.count < whole.count && written.prefix(fixed) == whole.prefix(min(written.count, fixed))
    }

    /// Nil when the file is malformed.
    static func parse(_ content: Bytes) -> Uuid? {
        let lines = content.text.split(whereSeparator: \.isNewline)
        guard lines.count == 2, lines[0] == "version: 0", lines[1].hasPrefix("topic_id: ") else { return nil }
        return Uuid(String(lines[1].dropFirst("topic_id: ".count)))
    }
}
