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
        guard let version = Self.numbers("data_version", in: text).first, version == 0 || version == 1,
            let epoch = Self.numbers("leaderEpoch", in: text).first, let leader = Self.numbers("leaderId", in: text).first
        else { return nil }
        leaderEpoch = LeaderEpoch(epoch)
        leaderId = leader
        voters = version == 0 ? Self.numbers("voterId", in: text) : nil
    }

    /// The numbers that stand behind a name, in order.
    private static func numbers(_ name: String, in text: Substring.UTF8View) -> [Int32] {
        let quoted = Array("\"\(name)\"".utf8)
        var numbers: [Int32] = []
        var rest = text[...]
        while !rest.isEmpty {
            guard rest.starts(with: quoted) else {
                rest = rest.dropFirst()
                continue
            }
            rest = rest.dropFirst(quoted.count).drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ":") }
            let digits = rest.prefix { $0 == UInt8(ascii: "-") || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")) }
            if let number = Int32(String(Substring(digits))) { numbers.append(number) }
            rest = rest.dropFirst(digits.count)
        }
        return numbers
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
