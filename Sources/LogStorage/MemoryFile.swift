import KafkaProtocol
import Synchronization

/// A file of a `MemoryDisk`: blocks of memory. Bytes that a reader has seen are never written again, so reads can share them.
final class MemoryFile: DiskFile {
    private struct Block {
        let storage: ByteStorage
        let start: Int
        var count: Int
        var end: Int { start + count }
        var free: Int { storage.contents.count - count }
    }

    private struct Content {
        var blocks: [Block] = []
        var size = 0
        var durableSize = 0
    }

    private let path: String
    private let state = Mutex(Content())
    private static let largestBlock = 1 << 20
    private static let smallestBlock = 512

    init(path: String) { self.path = path }

    var fileDescriptor: Int32? { nil }
    var size: Int { state.withLock { $0.size } }
    var durableSize: Int { state.withLock { $0.durableSize } }
    var content: Bytes { state.withLock { Self.read(&$0, 0, $0.size) } }

    /// Gives a new file its content, durable at once.
    func fill(_ bytes: Bytes) {
        state.withLock {
            Self.append(&$0, bytes)
            $0.durableSize = $0.size
        }
    }

    func bytes(at offset: Int, count: Int) throws -> Bytes { try read(at: offset, count: count) }

    func read(at offset: Int, count: Int) throws(DiskError) -> Bytes {
        guard offset >= 0, count >= 0 else { throw DiskError(operation: "read", path: path, code: 22, message: "Invalid argument") }
        return state.withLock { Self.read(&$0, offset, count) }
    }

    func write(_ pieces: [Bytes], at offset: Int) throws(DiskError) {
        guard offset >= 0 else { throw DiskError(operation: "write", path: path, code: 22, message: "Invalid argument") }
        state.withLock { content in
            let written = pieces.reduce(0) { $0 + $1.count }
            let tail = offset + written < content.size ? Self.read(&content, offset + written, content.size) : .empty
            Self.truncate(&content, to: offset)
            for piece in pieces { Self.append(&content, piece) }
            Self.append(&content, tail)
        }
    }

    func truncate(to size: Int) throws(DiskError) {
        guard size >= 0 else { throw DiskError(operation: "truncate", path: path, code: 22, message: "Invalid argument") }
        state.withLock { Self.truncate(&$0, to: size) }
    }

    func sync() throws(DiskError) { state.withLock { $0.durableSize = $0.size } }

    func piece(at offset: Int, count: Int) throws(DiskError) -> RecordData.Piece { .file(FileRange(source: self, offset: offset, count: count)) }

    func close() {}

    private static func append(_ content: inout Content, _ bytes: Bytes) {
        var rest = bytes
        while !rest.isEmpty {
            if content.blocks.last.map({ $0.free == 0 }) ?? true {
                let capacity = max(smallestBlock, min(largestBlock, max(content.size, rest.count)))
                content.blocks.append(Block(storage: ByteStorage(capacity: capacity), start: content.size, count: 0))
            }
            let last = content.blocks.count - 1
            let block = content.blocks[last]
            let taken = min(block.free, rest.count)
            rest.prefix(taken).withUnsafeBytes { source in
                UnsafeMutableRawBufferPointer(rebasing: block.storage.contents[block.count..<block.count + taken]).copyMemory(from: source)
            }
            content.blocks[last].count += taken
            content.size += taken
            rest = rest.dropFirst(taken)
        }
    }

    private static func truncate(_ content: inout Content, to size: Int) {
        if size > content.size {
            append(
                &content,
                Bytes(capacity: size - content.size) {
                    $0.initializeMemory(as: UInt8.self, repeating: 0); return $0.count
                })
            return
        }
        while let last = content.blocks.last, last.end > size {
            content.blocks.removeLast()
            content.size = last.start
            // What stays is copied: a reader may hold the part that goes.
            if last.start < size { append(&content, Bytes(storage: last.storage, offset: 0, count: size - last.start)) }
        }
        content.durableSize = min(content.durableSize, content.size)
    }

    private static func read(_ content: inout Content, _ offset: Int, _ count: Int) -> Bytes {
        let end = min(content.size, offset &+ count < offset ? content.size : offset + count)
        guard offset < end else { return .empty }
        var index = firstBlock(content.blocks, endingAfter: offset)
        let block = content.blocks[index]
        if end <= block.end { return Bytes(storage: block.storage, offset: offset - block.start, count: end - offset) }
        return Bytes(capacity: end - offset) { target in
            var position = offset
            while position < end {
                let block = content.blocks[index]
                let taken = min(end, block.end) - position
                Bytes(storage: block.storage, offset: position - block.start, count: taken).withUnsafeBytes { source in
                    UnsafeMutableRawBufferPointer(rebasing: target[(position - offset)..<(position - offset + taken)]).copyMemory(from: source)
                }
                position += taken
                index += 1
            }
            return end - offset
        }
    }

    private static func firstBlock(_ blocks: [Block], endingAfter offset: Int) -> Int {
        var low = 0, high = blocks.count - 1
        while low < high {
            let middle = (low + high) / 2
            if blocks[middle].end > offset { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
