import Vocabulary

/// What a program knows of one of its transactions.
struct TransactionStory {
    /// How far its end came.
    enum End: Equatable {
        /// It was not asked for.
        case none
        /// It was asked for; whether it came is not known.
        case commitAsked, abortAsked
        case committed, aborted
    }

    /// A record that the producer took.
    struct Sent: Hashable {
        var value: String
        var partition: TopicPartition
    }

    /// `PROGRAM.NUMBER`; values are `PROGRAM.NUMBER.POSITION`, and the metadata of offsets is this.
    let id: String
    var sent: [Sent] = []
    /// The offsets at which records were acknowledged, by value.
    var acknowledged: [String: Int64] = [:]
    /// Offsets of groups that were to be committed with it.
    var offsets: [GroupOffset: Int64] = [:]
    var end = End.none

    init(id: String) { self.id = id }

    /// The transaction that a value was sent in, and which record of its program it is.
    static func origin(of value: String) -> (id: String, program: Int, number: Int, position: Int)? {
        let parts = value.split(separator: ".").compactMap { Int($0) }
        guard parts.count == 3 else { return nil }
        return ("\(parts[0]).\(parts[1])", parts[0], parts[1], parts[2])
    }
}

/// Whose position in which partition an offset is.
struct GroupOffset: Hashable, Comparable {
    var group: String
    var partition: TopicPartition

    static func < (left: GroupOffset, right: GroupOffset) -> Bool { (left.group, left.partition) < (right.group, right.partition) }
}
