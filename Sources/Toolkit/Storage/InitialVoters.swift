import KafkaProtocol
import Vocabulary

/// The controllers that begin a cluster (KIP-853): `ID@HOST:PORT:DIRECTORY`, separated by commas.
struct InitialVoters: Equatable {
    /// One of them.
    struct Voter: Equatable {
        let id: Int32
        let address: HostPort
        let directory: Uuid
    }

    /// In the order of their ids.
    let voters: [Voter]

    init(_ voter: Voter) { voters = [voter] }

    init(_ text: String) throws(ToolError) {
        var voters: [Voter] = []
        for part in JavaText.trim(text).split(separator: ",") {
            let voter = try Self.voter(JavaText.trim(part))
            if voters.contains(where: { $0.id == voter.id }) { throw .invalid("Node id \(voter.id) was specified more than once.") }
            voters.append(voter)
        }
        if voters.isEmpty { throw .invalid("No voters given.") }
        self.voters = voters.sorted { $0.id < $1.id }
    }

    subscript(id: Int32) -> Voter? { voters.first { $0.id == id } }

    private static func voter(_ text: String) throws(ToolError) -> Voter {
        guard let at = text.firstIndex(of: "@") else { throw .invalid("No @ found in dynamic voter string.") }
        if at == text.startIndex { throw .invalid("Invalid @ at beginning of dynamic voter string.") }
        guard let id = Int32(java: String(text[..<at])) else { throw .invalid("Failed to parse node id in dynamic voter string.") }
        if id < 0 { throw .invalid("Invalid negative node id \(id) in dynamic voter string.") }
        var rest = text[text.index(after: at)...]
        if rest.isEmpty { throw .invalid("No hostname found after node id.") }
        let host = try takeHost(&rest)
        guard rest.first == ":" else { throw .invalid("Port section must start with a colon.") }
        rest.removeFirst()
        guard let colon = rest.firstIndex(of: ":") else { throw .invalid("No colon following port could be found.") }
        guard let port = Int32(java: String(rest[..<colon])) else { throw .invalid("Failed to parse port in dynamic voter string.") }
        guard 0...65535 ~= port else { throw .invalid("Invalid port \(port) in dynamic voter string.") }
        do {
            let directory = try JavaUuid.parse(String(rest[rest.index(after: colon)...]))
            return Voter(id: id, address: HostPort(host: host, port: Int(port)), directory: directory)
        } catch {
            throw .invalid("Failed to parse directory ID in dynamic voter string: \(error.message)")
        }
    }

    private static func takeHost(_ rest: inout Substring) throws(ToolError) -> String {
        if rest.first == "[" {
            guard let end = rest.firstIndex(of: "]") else { throw .invalid("Hostname began with left bracket, but no right bracket was found.") }
            defer { rest = rest[rest.index(after: end)...] }
            return String(rest[rest.index(after: rest.startIndex)..<end])
        }
        guard let end = rest.firstIndex(of: ":") else { throw .invalid("No colon following hostname could be found.") }
        defer { rest = rest[end...] }
        return String(rest[..<end])
    }

    /// The control record that names them.
    /// - Parameter listener: the name of the listener at which each is reached
    func record(listener: String) -> VotersRecord {
        var record = VotersRecord()
        record.voters = voters.map { voter in
            var row = VotersRecord.Voter()
            row.voterId = voter.id
            row.voterDirectoryId = voter.directory
            var endpoint = VotersRecord.Voter.Endpoint()
            endpoint.name = listener
            endpoint.host = voter.address.host
            endpoint.port = UInt16(clamping: voter.address.port)
            row.endpoints = [endpoint]
            row.kRaftVersionFeature.maxSupportedVersion = 1
            return row
        }
        return record
    }
}
