/// A place in the tree that kafka-metadata-shell shows: a directory with names below it, or a text. What is below is made when it is asked for.
enum MetadataNode {
    case leaf(String)
    case directory(Directory)

    /// Names, and what each stands for.
    struct Directory {
        /// In no order.
        let names: () -> [String]
        /// Nil for a name that is not there.
        let child: (String) -> MetadataNode?
    }

    /// A directory whose few members are known.
    static func directory(_ members: [String: () -> MetadataNode]) -> MetadataNode {
        .directory(Directory(names: { Array(members.keys) }, child: { members[$0]?() }))
    }

    /// A directory with a member for each key of a table.
    static func directory<Key: Hashable, Value>(
        _ table: [Key: Value], name: @escaping (Key) -> String, key: @escaping (String) -> Key?, node: @escaping (Value) -> MetadataNode
    ) -> MetadataNode {
        .directory(Directory(names: { table.keys.map(name) }, child: { text in key(text).flatMap { table[$0] }.map(node) }))
    }

    /// A directory with a member for each name of a table.
    static func directory<Value>(_ table: [String: Value], node: @escaping (Value) -> MetadataNode) -> MetadataNode {
        directory(table, name: { $0 }, key: { $0 }, node: node)
    }

    var isDirectory: Bool { if case .directory = self { true } else { false } }

    /// The names below, in the order of their UTF-16 units as Java sorts them; none below a text.
    var names: [String] {
        guard case .directory(let directory) = self else { return [] }
        return directory.names().sorted { $0.utf16.lexicographicallyPrecedes($1.utf16) }
    }

    func child(_ name: String) -> MetadataNode? {
        guard case .directory(let directory) = self else { return nil }
        return directory.child(name)
    }
}
