/// What was fetched and not yet handed out, oldest first.
struct ReadyRecords {
    struct Entry {
        var records: FetchedRecords
        /// The stamp of the position that they were fetched for.
        var stamp: Int
    }

    private var entries: [Entry?] = []
    private var head = 0
    /// Of partitions that were paused and read on; the next one last.
    private var resumed: [Entry] = []

    mutating func append(_ entry: Entry) { entries.append(entry) }

    /// Puts back what was set aside while its partition was paused, in front of all else.
    mutating func putBack(_ held: [Entry]) { resumed.append(contentsOf: held.reversed()) }

    mutating func next() -> Entry? {
        if let entry = resumed.popLast() { return entry }
        guard head < entries.count else { return nil }
        let entry = entries[head]
        // What is handed out is let go of, though entries behind it stay.
        entries[head] = nil
        head += 1
        if head == entries.count || head > 64 && head > entries.count / 2 {
            entries.removeFirst(head)
            head = 0
        }
        return entry
    }
}
