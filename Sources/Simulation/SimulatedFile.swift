import Broker
import KafkaProtocol
import LogStorage
import Synchronization
import Vocabulary

/// A file in use. Its node stays the same when it is renamed or removed.
final class SimulatedFile: DiskFile {
    private let node: SimulatedNode
    private let path: String
    private let disk: SimulatedDisk

    init(_ node: SimulatedNode, path: String, disk: SimulatedDisk) {
        self.node = node
        self.path = path
        self.disk = disk
    }

    var fileDescriptor: Int32? { nil }
    var size: Int { node.content.withLock { $0.bytes.count } }

    func bytes(at offset: Int, count: Int) throws -> Bytes { try read(at: offset, count: count) }

    func read(at offset: Int, count: Int) throws(DiskError) -> Bytes {
        try disk.check("read", path)
        return node.content.withLock { content in
            guard offset >= 0, count > 0, offset < content.bytes.count else { return .empty }
            return Bytes(content.bytes[offset..<min(content.bytes.count, offset + count)])
        }
    }

    func write(_ pieces: [Bytes], at offset: Int) throws(DiskError) {
        try disk.change("write", path)
        let new = pieces.flatMap { $0.array }
        let growth = max(0, offset + new.count - size)
        let taken = disk.takeRoom(growth)
        let written = new.prefix(new.count - (growth - taken))
        node.content.withLock { content in
            if offset > content.bytes.count { content.bytes += [UInt8](repeating: 0, count: offset - content.bytes.count) }
            let overlap = min(content.bytes.count - offset, written.count)
            content.bytes.replaceSubrange(offset..<offset + overlap, with: written.prefix(overlap))
            content.bytes += written.dropFirst(overlap)
            content.untouched = min(content.untouched, offset)
        }
        if taken < growth { throw .full(path) }
    }

    func truncate(to size: Int) throws(DiskError) {
        try disk.change("truncate", path)
        node.content.withLock { content in
            content.untouched = min(content.untouched, size)
            if size < content.bytes.count {
                content.bytes.removeLast(content.bytes.count - size)
            } else {
                content.bytes += [UInt8](repeating: 0, count: size - content.bytes.count)
            }
        }
    }

    func sync() throws(DiskError) {
        try disk.change("sync", path)
        if disk.faults.failsSyncs { throw DiskError(operation: "sync", path: path, code: 5, message: "Input/output error") }
        node.content.withLock { $0.sync() }
    }

    func piece(at offset: Int, count: Int) throws(DiskError) -> RecordData.Piece { .file(FileRange(source: self, offset: offset, count: count)) }

    func close() {}
}
