import Vocabulary

/// Compares what programs know of their transactions with what the logs hold once everything is quiet, and with what readers were given meanwhile. A value:
/// tests show it histories that are wrong.
struct TransactionCheck {
    var stories: [String: TransactionStory]
    /// Partitions of topics that lasted.
    var logs: [DecidedLog]
    /// Partitions of topics that were deleted and made anew: what was in them before is gone.
    var passingLogs: [DecidedLog] = []
    var offsets: [DecidedOffset] = []
    /// The groups' log was compacted: of several offsets for one place the last is there for sure.
    var hasLastOffsetsOnly = false
    /// What readers of committed records were given at any time.
    var reads: Set<Read> = []
    /// Offsets that groups were told at any time, with their metadata.
    var fetchedOffsets: Set<FetchedOffset> = []
    /// What groups are told in the end.
    var lastOffsets: [GroupOffset: Int64] = [:]

    struct Read: Hashable {
        var value: String
        var partition: TopicPartition
        var offset: Int64
    }

    struct FetchedOffset: Hashable {
        var place: GroupOffset
        var offset: Int64
        var transaction: String
    }

    private struct Place: Equatable {
        var partition: TopicPartition
        var offset: Int64
        var fate: DecidedLog.Fate
    }

    func violations() -> [String] {
        var found: [String] = []
        let places = self.places(&found)
        let committed = checkTransactions(places, &found)
        checkPassing(committed, &found)
        checkReads(places, &found)
        checkOffsets(committed, &found)
        return found
    }

    // MARK: Records

    /// Where each value is. None is there twice, and each program's are in order.
    private func places(_ found: inout [String]) -> [String: Place] {
        var places: [String: Place] = [:]
        for log in logs {
            var last: [Int: (number: Int, position: Int)] = [:]
            for row in log.rows {
                let place = Place(partition: log.partition, offset: row.offset, fate: row.fate)
                if row.fate == .open { found.append("\(row.text) at \(log.partition):\(row.offset) has no marker") }
                if let other = places.updateValue(place, forKey: row.text) {
                    found.append("\(row.text) is at \(other.partition):\(other.offset) and at \(log.partition):\(row.offset)")
                }
                guard let origin = TransactionStory.origin(of: row.text) else { continue }
                if let before = last[origin.program], before >= (origin.number, origin.position) {
                    found.append("\(log.partition): \(row.text) stands behind \(origin.program).\(before.number).\(before.position)")
                }
                last[origin.program] = (origin.number, origin.position)
            }
        }
        return places
    }

    /// The offsets of a transaction that must be in the log if it is committed.
    private func lastingOffsets(_ story: TransactionStory, _ replaced: Set<GroupOffset>) -> [GroupOffset] {
        story.offsets.keys.sorted().filter { place in
            !hasLastOffsetsOnly || !replaced.contains(place) || offsets.contains { $0.transaction == story.id && $0.place == place }
        }
    }

    /// All or nothing of each transaction is committed, and what its program was told is so. Returns the transactions that are committed, as far as can be told:
    /// one of which nothing lasts is what its program knows.
    private func checkTransactions(_ places: [String: Place], _ found: inout [String]) -> Set<String> {
        var committed: Set<String> = []
        let lasting = Set(logs.map(\.partition))
        let replaced = Set(offsets.filter { $0.fate == .committed }.map(\.place))
        let committedOffsets = Set(offsets.filter { $0.fate == .committed }.map { "\($0.transaction) \($0.place.group) \($0.place.partition)" })
        for story in stories.values.sorted(by: { $0.id < $1.id }) {
            let values = story.sent.filter { lasting.contains($0.partition) }
            var missing = values.filter { places[$0.value]?.fate != .committed }.map(\.value)
            let lastingOffsets = lastingOffsets(story, replaced)
            missing += lastingOffsets.map { "\(story.id) \($0.group) \($0.partition)" }.filter { !committedOffsets.contains($0) }
            let parts = values.count + lastingOffsets.count
            let mayBeCommitted = story.end == .committed || story.end == .commitAsked
            if missing.count < parts || (parts == 0 && mayBeCommitted) { committed.insert(story.id) }
            if missing.count < parts, !missing.isEmpty {
                found.append("\(story.id) (\(story.end)) is committed but for \(missing.prefix(4)) of \(parts)")
            }
            switch story.end {
            case .committed:
                if missing.count == parts, parts > 0 { found.append("\(story.id) was committed, and nothing of it is there") }
            case .none, .abortAsked, .aborted:
                if missing.count < parts { found.append("\(story.id) (\(story.end)) is committed") }
            case .commitAsked: break
            }
            for (value, offset) in story.acknowledged.sorted(by: { $0.key < $1.key }) {
                guard let sent = values.first(where: { $0.value == value }) else { continue }
                // -1: a duplicate of a batch whose offset the broker no longer knew.
                guard let place = places[value], place.partition == sent.partition, offset < 0 || place.offset == offset else {
                    found.append("\(value) was acknowledged at \(sent.partition):\(offset) and is at \(places[value].map { "\($0)" } ?? "no offset")")
                    continue
                }
            }
        }
        return committed
    }

    private func checkPassing(_ committed: Set<String>, _ found: inout [String]) {
        for log in passingLogs {
            for row in log.rows {
                guard let id = TransactionStory.origin(of: row.text)?.id, let story = stories[id] else { continue }
                switch row.fate {
                case .open: found.append("\(row.text) at \(log.partition):\(row.offset) has no marker")
                case .committed:
                    if !committed.contains(id) {
                        found.append("\(row.text) at \(log.partition):\(row.offset) is committed, and its transaction is not (\(story.end))")
                    }
                case .aborted:
                    let isUnknown = story.end == .commitAsked && !isLasting(story)
                    if committed.contains(id), !isUnknown {
                        found.append("\(row.text) at \(log.partition):\(row.offset) is aborted, and its transaction is not")
                    }
                }
            }
        }
    }

    private func isLasting(_ story: TransactionStory) -> Bool {
        logs.contains { log in story.sent.contains { $0.partition == log.partition } } || !hasLastOffsetsOnly && !story.offsets.isEmpty
    }

    private func checkReads(_ places: [String: Place], _ found: inout [String]) {
        for read in reads.sorted(by: { ($0.partition, $0.offset, $0.value) < ($1.partition, $1.offset, $1.value) }) {
            guard let place = places[read.value], place.fate == .committed else {
                found.append(
                    "\(read.value) was read as committed at \(read.partition):\(read.offset), and is \(places[read.value].map { "\($0.fate)" } ?? "gone")")
                continue
            }
            if (place.partition, place.offset) != (read.partition, read.offset) {
                found.append("\(read.value) was read at \(read.partition):\(read.offset) and is at \(place.partition):\(place.offset)")
            }
        }
    }

    // MARK: Offsets

    /// Groups have the offsets that committed transactions gave them last, were never told of others, and no aborted transaction left one.
    private func checkOffsets(_ committed: Set<String>, _ found: inout [String]) {
        var last: [GroupOffset: Int64] = [:]
        for entry in offsets {
            let name = "the offset \(entry.offset) of \(entry.place.group) in \(entry.place.partition) (\(entry.transaction))"
            if entry.fate == .open { found.append("\(name) has no marker") }
            guard let story = stories[entry.transaction], story.offsets[entry.place] == entry.offset else {
                found.append("\(name) was never sent")
                continue
            }
            if entry.fate == .committed { last[entry.place] = entry.offset }
            if entry.fate == .aborted, committed.contains(entry.transaction) { found.append("\(name) is aborted, and its transaction is not") }
        }
        for fetched in fetchedOffsets.sorted(by: { ($0.place, $0.offset) < ($1.place, $1.offset) }) where !committed.contains(fetched.transaction) {
            found.append("\(fetched.place.group) was told \(fetched.offset) for \(fetched.place.partition), of \(fetched.transaction), which is not committed")
        }
        for place in Set(last.keys).union(lastOffsets.keys).sorted() where last[place] != lastOffsets[place] {
            let told = lastOffsets[place].map(String.init) ?? "none", wanted = last[place].map(String.init) ?? "none"
            found.append("\(place.group) has offset \(told) in \(place.partition), and \(wanted) was committed last")
        }
    }
}
