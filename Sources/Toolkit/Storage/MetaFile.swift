import Host
import KafkaProtocol

/// `meta.properties` of a data directory as the storage tool shows it, of version 0 (before KRaft) or 1.
struct MetaFile: Equatable {
    let version: Int
    let clusterId: String?
    /// `broker.id` in version 0.
    let nodeId: Int32?
    let directoryId: Uuid?

    /// What a directory was found to be.
    enum Found {
        case formatted(MetaFile)
        case unformatted
        /// With the reason.
        case unreadable(String)
    }

    static func path(in directory: String) -> String { "\(directory)/meta.properties" }

    static func find(in directory: String, _ context: ToolContext) -> Found {
        let bytes: [UInt8]
        do {
            bytes = try context.readFile(path(in: directory))
        } catch {
            return error.isMissing ? .unformatted : .unreadable(error.reason)
        }
        do { return .formatted(try MetaFile(JavaProperties.parse(bytes))) } catch { return .unreadable(error.message) }
    }

    init(_ pairs: [(key: String, value: String)]) throws(ToolError) {
        let properties = Dictionary(pairs) { $1 }
        guard let version = Int(properties["version"] ?? "0"), version == 0 || version == 1 else {
            throw .invalid("Unknown meta.properties version number \(properties["version"] ?? "")")
        }
        self.version = version
        let key = version == 0 ? "broker.id" : "node.id"
        let text = properties[key]
        if text == nil, version == 1 { throw .invalid("Failed to find node.id") }
        nodeId = text.flatMap { Int32(java: $0) }
        if let text, nodeId == nil { throw .invalid("Unable to read \(key)=\(text) as a base-10 number") }
        clusterId = properties["cluster.id"]
        if clusterId == nil, version == 1 { throw .invalid("cluster.id was not specified") }
        if let text = properties["directory.id"] {
            do {
                directoryId = try JavaUuid.parse(text)
            } catch {
                throw .invalid("Unable to read directory.id as a Uuid: \(error.message)")
            }
        } else {
            directoryId = nil
        }
    }

    /// As Java prints a sorted map of what the file says.
    var text: String {
        var members: [String: String] = ["version": String(version)]
        members["cluster.id"] = clusterId
        members["directory.id"] = directoryId?.description
        members[version == 0 ? "broker.id" : "node.id"] = nodeId.map { String($0) }
        return "{\(members.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", "))}"
    }
}
