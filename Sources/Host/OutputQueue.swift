import CLibUV
import KafkaProtocol

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What one attempt to write or read came to.
enum TransferResult {
    /// Bytes moved.
    case moved(Int)
    /// The socket cannot take or give more now.
    case wouldBlock
    /// The stream is over: the peer closed it (reading), or a file ends before the range that was promised (writing).
    case ended
    case failed(CloseReason)
}

/// Replies in order, waiting to leave: runs of bytes and ranges of files.
struct OutputQueue {
    private var pieces: [RecordData.Piece] = []
    private var head = 0
    /// Bytes of the first piece that have left.
    private var headSent = 0
    private(set) var pendingBytes = 0

    var isEmpty: Bool { pendingBytes == 0 }

    mutating func append(_ more: [RecordData.Piece]) {
        // What is about to leave; what must wait stays in its file.
        var room = isEmpty ? OutputQueue.shortBytes : 0
        for piece in more where piece.count > 0 {
            if case .file(let range) = piece, range.count <= room, let bytes = try? range.source.bytes(at: range.offset, count: range.count),
                bytes.count == range.count
            {
                pieces.append(.bytes(bytes))
                room -= range.count
            } else {
                pieces.append(piece)
            }
            pendingBytes += piece.count
        }
    }

    /// Ranges of files that are no longer than this together are read, and leave with the bytes around them in one call and, mostly, one packet: a call of
    /// sendfile costs more than copying so much.
    private static let shortBytes = 8 << 10

    mutating func append(_ bytes: Bytes) {
        guard !bytes.isEmpty else { return }
        pieces.append(.bytes(bytes))
        pendingBytes += bytes.count
    }

    mutating func removeAll() {
        pieces = []
        head = 0
        headSent = 0
        pendingBytes = 0
    }

    private mutating func sent(_ count: Int) {
        pendingBytes -= count
        var left = count
        while left > 0, head < pieces.count {
            let rest = pieces[head].count - headSent
            if left < rest {
                headSent += left
                return
            }
            left -= rest
            // What has left must not be kept alive by the queue.
            pieces[head] = .bytes(.empty)
            head += 1
            headSent = 0
        }
        if head == pieces.count {
            pieces.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 256 {
            pieces.removeFirst(head)
            head = 0
        }
    }

    /// The most that one round sends on one connection: a reader that drains as fast as it is filled must not hold up the loop's other connections.
    private static let bytesPerRound = 4 << 20
    private static let bytesPerSendfile = 1 << 20

    /// Sends as much as the socket takes. `.moved` when the queue is empty or the round's share is used up, `.wouldBlock` when the socket is full.
    mutating func flush(to descriptor: Int32) -> TransferResult {
        var total = 0
        while head < pieces.count, total < OutputQueue.bytesPerRound {
            let result =
                switch pieces[head] {
                case .bytes: sendBytes(to: descriptor)
                case .file(let range): sendFile(range, to: descriptor)
                }
            guard case .moved(let count) = result else { return result }
            total += count
            sent(count)
        }
        return .moved(total)
    }

    /// A gather write of the byte pieces at the head.
    private func sendBytes(to descriptor: Int32) -> TransferResult {
        withUnsafeTemporaryAllocation(of: iovec.self, capacity: 64) { vectors in
            var count = 0
            var index = head
            var skip = headSent
            while index < pieces.count, count < vectors.count, case .bytes(let bytes) = pieces[index] {
                // The queue holds the bytes until the call is over.
                bytes.withUnsafeBytes { raw in
                    if let base = raw.baseAddress, raw.count > skip {
                        vectors.initializeElement(at: count, to: iovec(iov_base: UnsafeMutableRawPointer(mutating: base) + skip, iov_len: raw.count - skip))
                        count += 1
                    }
                }
                skip = 0
                index += 1
            }
            #if canImport(Glibc)
                // More follows from a file: let the kernel fill its packets.
                let flags = Int32(MSG_NOSIGNAL) | (index < pieces.count ? Int32(MSG_MORE) : 0)
            #else
                let flags: Int32 = 0
            #endif
            if count == 1 { return OutputQueue.result(of: retryingInterrupts { send(descriptor, vectors[0].iov_base, vectors[0].iov_len, flags) }) }
            var message = msghdr()
            message.msg_iov = vectors.baseAddress
            message.msg_iovlen = numericCast(count)
            return OutputQueue.result(of: retryingInterrupts { sendmsg(descriptor, &message, flags) })
        }
    }

    private func sendFile(_ range: FileRange, to descriptor: Int32) -> TransferResult {
        let left = min(range.count - headSent, OutputQueue.bytesPerSendfile)
        guard let file = range.source.fileDescriptor else {
            let bytes: Bytes
            do { bytes = try range.source.bytes(at: range.offset + headSent, count: left) } catch { return .failed(.fileFailed("\(error)")) }
            if bytes.isEmpty { return .ended }
            return OutputQueue.result(
                of: bytes.withUnsafeBytes { raw in retryingInterrupts { send(descriptor, raw.baseAddress, raw.count, OutputQueue.noSignal) } })
        }
        while true {
            let sent = ottla_sendfile(descriptor, file, off_t(range.offset + headSent), left)
            if sent > 0 { return .moved(Int(sent)) }
            switch Int32(sent) {
            case 0: return .ended
            case -EINTR: continue
            case -EAGAIN, -EWOULDBLOCK: return .wouldBlock
            case -EIO: return .failed(.fileFailed("a log's file could not be read: \(SystemError.text(EIO))"))
            default: return .failed(.systemError(Int32(-sent)))
            }
        }
    }

    #if canImport(Glibc)
        private static let noSignal = Int32(MSG_NOSIGNAL)
    #else
        private static let noSignal: Int32 = 0
    #endif

    private static func result(of sent: Int) -> TransferResult {
        if sent >= 0 { return .moved(sent) }
        return errno == EAGAIN || errno == EWOULDBLOCK ? .wouldBlock : .failed(.systemError(errno))
    }

    /// Sends through TLS as much as the socket takes; file ranges are read in pieces of at most 256 KiB.
    mutating func flush(through session: TLSSession) -> TransferResult {
        var total = 0
        while head < pieces.count, total < OutputQueue.bytesPerRound {
            let chunk: Bytes
            switch pieces[head] {
            case .bytes(let bytes): chunk = bytes.count - headSent >= OutputQueue.recordSize ? bytes.dropFirst(headSent) : gathered()
            case .file(let range):
                let wanted = min(range.count - headSent, 1 << 18)
                do { chunk = try range.source.bytes(at: range.offset + headSent, count: wanted) } catch { return .failed(.fileFailed("\(error)")) }
                if chunk.isEmpty { return .ended }
            }
            var position = 0
            while position < chunk.count {
                let result = chunk.withUnsafeBytes { session.write(UnsafeRawBufferPointer(rebasing: $0[position...])) }
                guard case .moved(let count) = result else { return result }
                position += count
                total += count
                sent(count)
            }
        }
        return .moved(total)
    }

    /// Bytes in a full TLS record.
    private static let recordSize = 16 * 1024

    /// The small pieces at the head in one run, so that they share a TLS record. A repeated call begins with the same bytes, as OpenSSL wants of a write
    /// that it could not finish.
    private func gathered() -> Bytes {
        Bytes(capacity: OutputQueue.recordSize) { room in
            var filled = 0
            var index = head
            var skip = headSent
            while index < pieces.count, filled < room.count, case .bytes(let bytes) = pieces[index] {
                let part = bytes.dropFirst(skip).prefix(room.count - filled)
                part.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: room[filled...]).copyMemory(from: $0) }
                filled += part.count
                skip = 0
                index += 1
            }
            return filled
        }
    }
}
