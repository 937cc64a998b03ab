import KafkaProtocol
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Why a stream stopped being frames.
public enum FrameError: Error, Sendable, Equatable {
    /// The announced length is negative or above the limit, both in bytes.
    case length(Int, limit: Int)
    /// Large frames of all connections together hold as much memory as they may, in bytes, before their ends have arrived.
    case unfinished(limit: Int)

    /// The four bytes are the head of a TLS record: the peer speaks TLS, and we do not.
    public var looksLikeTLS: Bool {
        guard case .length(let length, _) = self else { return false }
        let bits = UInt32(truncatingIfNeeded: length)
        // Record types 20 to 23, version 3.x.
        return (20...23).contains(bits >> 24) && (bits >> 16) & 0xff == 3
    }

    /// The four bytes are the head of an HTTP message.
    public var looksLikeHTTP: Bool {
        guard case .length(let length, _) = self else { return false }
        return [0x4745_5420, 0x504f_5354, 0x4854_5450, 0x4845_4144].contains(UInt32(truncatingIfNeeded: length))
    }
}

extension FrameError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .length(let length, let limit): "a frame of \(length) bytes was announced, at most \(limit) are allowed"
        case .unfinished(let limit): "unfinished large requests of all connections would take more than \(limit) bytes"
        }
    }
}

/// What the connections of a server may hold together for large frames whose ends have not arrived. Whoever exceeds it is cut off and may try again.
public final class UnfinishedFrames: Sendable {
    let limit: Int
    private let held = Atomic<Int>(0)

    /// - Parameter limit: in bytes
    public init(limit: Int) { self.limit = limit }

    /// Adds to what is held; false when that would be too much.
    func take(_ count: Int) -> Bool {
        if held.add(count, ordering: .relaxed).newValue <= limit { return true }
        give(count)
        return false
    }

    func give(_ count: Int) { held.subtract(count, ordering: .relaxed) }
}

/// The memory that all connections of a loop read into. Frames that arrived whole are slices of it; when nobody holds a slice any more it is used again
/// from the start, so an idle connection holds no buffer at all.
final class ReadBlock {
    static let capacity = 256 * 1024
    private static let leastRoom = 64 * 1024

    fileprivate(set) var storage = ByteStorage(capacity: ReadBlock.capacity)
    fileprivate var filled = 0

    /// Where the next read may write; at least `leastRoom` bytes.
    func room() -> UnsafeMutableRawBufferPointer {
        if filled > 0, isKnownUniquelyReferenced(&storage) { filled = 0 }
        if ReadBlock.capacity - filled < ReadBlock.leastRoom {
            storage = ByteStorage(capacity: ReadBlock.capacity)
            filled = 0
        }
        return UnsafeMutableRawBufferPointer(rebasing: storage.contents[filled...])
    }
}

/// Splits a stream into Kafka's frames: a four-byte big-endian length, then that many bytes. A length is checked before anything is allocated for it, and
/// memory grows with the bytes that arrive, not with what a peer announces.
struct FrameReader {
    /// The largest frame, in bytes without its prefix.
    let maxFrameBytes: Int
    private let unfinished: UnfinishedFrames?
    /// What the partial frame has taken of `unfinished`.
    private var taken = 0

    /// The beginning of a frame whose end has not arrived, prefix included; nil between frames.
    private var partial: ByteStorage?
    private var partialCount = 0
    /// Bytes of the partial frame with its prefix; 4 until the prefix is complete.
    private var partialSize = 0

    init(maxFrameBytes: Int, unfinished: UnfinishedFrames? = nil) {
        self.maxFrameBytes = maxFrameBytes
        self.unfinished = unfinished
    }

    /// Up to this size a partial frame gets its full memory at once; above it, memory is at most four times what has arrived.
    private static let trustedSize = 1 << 20

    var hasPartialFrame: Bool { partial != nil }

    /// Bytes held for a partial frame.
    var heldBytes: Int { partial?.contents.count ?? 0 }

    /// Room inside the partial frame's own memory for bytes that surely belong to it, so they need no second copy; empty when there is none.
    func directRoom() -> UnsafeMutableRawBufferPointer {
        guard let partial, partialCount >= 4 else { return UnsafeMutableRawBufferPointer(start: nil, count: 0) }
        return UnsafeMutableRawBufferPointer(rebasing: partial.contents[partialCount..<min(partial.contents.count, partialSize)])
    }

    /// Takes bytes that a read put into `directRoom()`.
    mutating func receivedDirectly(_ count: Int, into frames: inout [Bytes]) throws(FrameError) {
        guard count > 0 else { return }
        partialCount += count
        if partialCount == partialSize { emit(into: &frames) } else { try growIfFull() }
    }

    /// Takes bytes that a read put into the room of the loop's block.
    mutating func received(_ count: Int, in block: ReadBlock, into frames: inout [Bytes]) throws(FrameError) {
        var position = block.filled
        let end = position + count
        while partial != nil, position < end { try fillPartial(from: block, &position, end, into: &frames) }
        let emitted = frames.count
        while end - position >= 4 {
            let size = 4 + (try checked(Bytes(storage: block.storage, offset: position, count: 4).load(0, as: Int32.self)))
            guard end - position >= size else {
                begin(size: size)
                break
            }
            frames.append(Bytes(storage: block.storage, offset: position + 4, count: size - 4))
            position += size
        }
        if position < end, partial == nil { begin(size: 4) }
        while partial != nil, position < end { try fillPartial(from: block, &position, end, into: &frames) }
        // Bytes that were copied out need no room in the block.
        if frames.count > emitted { block.filled = end }
    }

    private func checked(_ length: Int32) throws(FrameError) -> Int {
        guard length >= 0, Int(length) <= maxFrameBytes else { throw .length(Int(length), limit: maxFrameBytes) }
        return Int(length)
    }

    private mutating func begin(size: Int) {
        partial = ByteStorage(capacity: size <= 4 ? 64 : min(size, FrameReader.trustedSize))
        partialCount = 0
        partialSize = size
    }

    private mutating func fillPartial(from block: ReadBlock, _ position: inout Int, _ end: Int, into frames: inout [Bytes]) throws(FrameError) {
        guard let storage = partial else { return }
        let step = min(end - position, partialSize - partialCount, storage.contents.count - partialCount)
        UnsafeMutableRawBufferPointer(rebasing: storage.contents[partialCount...])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: block.storage.contents[position..<(position + step)]))
        position += step
        partialCount += step
        if partialCount == 4, partialSize == 4 {
            partialSize = 4 + (try checked(Bytes(storage: storage, offset: 0, count: 4).load(0, as: Int32.self)))
            try growIfFull()
        }
        if partialCount == partialSize { emit(into: &frames) } else { try growIfFull() }
    }

    /// Makes room when the prefix became known or the memory is full.
    private mutating func growIfFull() throws(FrameError) {
        guard let storage = partial, partialCount == storage.contents.count || partialCount == 4 else { return }
        let capacity = min(partialSize, max(FrameReader.trustedSize, partialCount * 4))
        guard capacity > storage.contents.count else { return }
        if let unfinished, capacity > FrameReader.trustedSize {
            guard unfinished.take(capacity - taken) else { throw .unfinished(limit: unfinished.limit) }
            taken = capacity
        }
        let larger = ByteStorage(capacity: capacity)
        larger.contents.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage.contents[..<partialCount]))
        partial = larger
    }

    private mutating func emit(into frames: inout [Bytes]) {
        guard let storage = partial else { return }
        frames.append(Bytes(storage: storage, offset: 4, count: partialSize - 4))
        partial = nil
        partialCount = 0
        partialSize = 0
        settle()
    }

    /// Gives back what the partial frame has taken: it is complete, or its connection has ended.
    mutating func settle() {
        if taken > 0 { unfinished?.give(taken) }
        taken = 0
    }
}
