import KafkaProtocol
import Vocabulary

/// A file that is shown, as far as its name says what it is.
struct DumpedFile {
    /// What a file may be, by the end of its name.
    enum Kind: String, CaseIterable {
        case log = ".log"
        case checkpoint = ".checkpoint"
        case offsetIndex = ".index"
        case timeIndex = ".timeindex"
        case transactionIndex = ".txnindex"
        case producerSnapshot = ".snapshot"

        /// The kind as JSON names it.
        var name: String { "\(self)" }
    }

    /// As it was named, without the slashes that mean nothing.
    let path: String
    /// Nil for any other file.
    let kind: Kind?

    init(_ word: String) {
        var path = ""
        for character in word where !(character == "/" && path.last == "/") { path.append(character) }
        if path.count > 1, path.last == "/" { path.removeLast() }
        self.path = path
        let name = path.split(separator: "/").last ?? ""
        kind = name.lastIndex(of: ".").flatMap { Kind(rawValue: String(name[$0...])) }
    }

    /// The last part of the path.
    var name: String { path.split(separator: "/").last.map(String.init) ?? "" }

    /// The name up to its first dot.
    private var stem: String { String(name.prefix { $0 != "." }) }

    /// The first offset of the segment, from the name.
    func baseOffset() throws(ToolError) -> Offset {
        guard let offset = Int64(java: stem) else {
            throw ToolError.invalid("\(path): the name must begin with the first offset of the segment, such as 00000000000000000000, not with '\(stem)'")
        }
        return Offset(offset)
    }

    /// The file of another kind of the same segment.
    func sibling(_ kind: Kind) -> String { String(path.dropLast(name.count)) + stem + kind.rawValue }

    /// What a `.checkpoint` file stands for; nil for the records that a node is formatted with.
    func snapshot() throws(ToolError) -> MetadataSnapshot? {
        if name == "bootstrap.checkpoint" { return nil }
        guard let snapshot = MetadataSnapshot(fileName: name) else {
            throw ToolError.invalid("\(path): a snapshot of the metadata is named OFFSET-EPOCH.checkpoint, with 20 and 10 digits")
        }
        return snapshot
    }

    static let files = Shape<DumpedFile>(
        "files", "a file that was asked for", text: .lines { "Dumping \($0.path)" },
        [
            Column("file", "path") { $0.path },
            Column("type", "what it is: \(Kind.allCases.map(\.name).joined(separator: ", ")); null for another kind, which is not read") { $0.kind?.name },
            Column("baseOffset", "first offset of the segment, from the name") { $0.kind == .checkpoint ? nil : (try? $0.baseOffset())?.value },
            Column("endOffset", "offset behind the records that a snapshot of the metadata stands for") { ((try? $0.snapshot()) ?? nil)?.endOffset },
            Column("epoch", "leader epoch of the last of these records") { ((try? $0.snapshot()) ?? nil)?.epoch },
        ])
}
