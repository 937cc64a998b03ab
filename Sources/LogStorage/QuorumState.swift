import KafkaProtocol
import Vocabulary

/// `quorum-state`: what a node of a controller quorum must not forget of elections, as Kafka keeps it beside the metadata log. One line of JSON, in version 0
/// (voters as configured) or, from `kraft.version` 1 on, in version 1.
public struct QuorumState: Sendable, Equatable {
    public var leaderId: Int32
    public var leaderEpoch: LeaderEpoch
    /// Ids of the voters; nil in version 1, where the log holds them.
    public var voters: [Int32]?

    public static let fileName = "quorum-state"

    public init(leaderId: Int32, leaderEpoch: LeaderEpoch, voters: [Int32]?) {
        self.leaderId = leaderId
        self.leaderEpoch = leaderEpoch
        self.voters = voters
    }

    public var content: Bytes {
        guard let voters else {
            return Bytes(
                "{\"leaderId\":\(leaderId),\"leaderEpoch\":\(leaderEpoch),\"votedId\":-1,\"votedDirectoryId\":\"\(Uuid.zero)\",\"data_version\":1}")
        }
        let rows = voters.map { "{\"voterId\":\($0)}" }.joined(separator: ",")
        return Bytes(
            "{\"clusterId\":\"\",\"leaderId\":\(leaderId),\"leaderEpoch\":\(leaderEpoch),\"votedId\":-1,\"appliedOffset\":0,"
                + "\"currentVoters\":[\(rows)],\"data_version\":0}")
    }

    /// Nil when the file is malformed.
    public init?(_ content: Bytes) {
        let text = content.text[...].utf8
        guard text.first == UInt8(ascii: "{"), text.last == UInt8(ascii: "}") || text.last == UInt8(ascii: "\n") else { return nil }
        func numbers(_ name: String) -> [Int32] { JSONNumbers.find(name, in: text).compactMap { Int32(exactly: $0) } }
        guard let version = numbers("data_version").first, version == 0 || version == 1, let epoch = numbers("leaderEpoch").first,
            let leader = numbers("leaderId").first
        else { return nil }
        leaderEpoch = LeaderEpoch(epoch)
        leaderId = leader
        voters = version == 0 ? numbers("voterId") : nil
    }

    // MARK: The file

    /// What is in the directory of the metadata log.
    public enum Found: Sendable, Equatable {
        case known(QuorumState)
        case missing
        case damaged
    }

    public static func read(_ disk: any Disk, _ directory: String) throws(DiskError) -> Found {
        do throws(DiskError) {
            return QuorumState(try disk.readFile(directory + "/" + fileName)).map { .known($0) } ?? .damaged
        } catch  where error.isMissing {
            return .missing
        } catch {
            throw error
        }
    }

    /// Refuses a directory whose quorum has other voters than this node: what it holds is not this node's to decide about alone.
    static func check(_ disk: any Disk, _ directory: String, nodeId: Int32) throws(LogDirectoryError) {
        let found: Found
        do throws(DiskError) { found = try read(disk, directory) } catch { throw .disk(error) }
        guard case .known(let state) = found, let voters = state.voters, voters.contains(where: { $0 != nodeId }) else { return }
        let names = voters.map { String($0) }.joined(separator: ", ")
        throw .refused(
            "\(directory)/\(fileName): the metadata log is that of a quorum with the voters \(names), and this broker, node \(nodeId), is its own quorum. "
                + "To go on alone with what the log holds, which the other nodes will not know, remove the file")
    }

    /// Writes the file unless it says the same already.
    public func write(_ disk: any Disk, _ directory: String) throws(DiskError) {
        if case .known(self) = try Self.read(disk, directory) { return }
        try disk.writeFile(directory + "/" + Self.fileName, content)
    }
}
