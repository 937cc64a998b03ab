import KafkaClient
import KafkaProtocol
import Vocabulary

/// `--alter` of what has settings.
struct AlterConfigs {
    let admin: Admin

    func perform(_ selection: EntitySelection, _ changes: SettingChanges) throws {
        let type = selection.types[0]
        guard let kind = type.resource, let name = selection.names.first else { return }
        let resource = ConfigResource(kind, name)
        if kind == .broker, !name.isEmpty, Int32(java: name) == nil {
            throw ToolError.invalid("The entity name for brokers must be a valid integer broker id, found: \(name)")
        }
        if kind == .brokerLogger { try checkLoggers(resource, changes) }
        do throws(ClientError) {
            try admin.alterConfigs(resource, changes.deleted.map { .delete($0) } + changes.added.map { .set($0.name, $0.value) })
        } catch {
            throw error.kind == .unsupportedVersion && error.code == .unsupportedVersion ? Self.tooOld(error) : error
        }
    }

    private static func tooOld(_ error: ClientError) -> ClientError {
        let text =
            "The INCREMENTAL_ALTER_CONFIGS API is not supported by the cluster. The API is supported starting from version 2.3.0. You may want to use an older "
            + "version of this tool to interact with your cluster, or upgrade your brokers to version 2.3.0 or newer to avoid this error."
        return ClientError(.unsupportedVersion, code: error.code, message: text)
    }

    /// A logger that the broker does not know would be made, and do nothing.
    private func checkLoggers(_ resource: ConfigResource, _ changes: SettingChanges) throws {
        let answer = try admin.describeConfigs([resource])[resource] ?? .failure(ClientError(code: .unknownServerError))
        let known = Set(try answer.get().map(\.name))
        let unknown = (changes.deleted + changes.added.map(\.name)).filter { !known.contains($0) }
        if !unknown.isEmpty { throw ToolError.notFound("Invalid broker logger(s): \(unknown.joined(separator: ","))") }
    }
}
