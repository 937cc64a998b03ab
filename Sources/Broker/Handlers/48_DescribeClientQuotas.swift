import Coordination
import KafkaProtocol

// DescribeClientQuotas, versions 0 and 1 (1: flexible): what the metadata log holds, such as that of a data directory taken over from Kafka (KIP-546).

func handleDescribeClientQuotas(_ broker: Broker, _ request: DescribeClientQuotasRequest, _ context: RequestContext) {
    typealias Entry = DescribeClientQuotasResponse.EntryData
    if let fault = fault(in: request) { return context.refuse(request, fault.code, message: fault.message) }
    var response = DescribeClientQuotasResponse()
    let matching = broker.metadata.image.quotas.filter { matches($0.key, request) }
    let rows = matching.map { entity, values in
        var entry = Entry()
        entry.entity = entity.names.sorted { $0.key < $1.key }.map { type, name in
            var row = Entry.EntityData()
            row.entityType = type
            row.entityName = name
            return row
        }
        entry.values = values.sorted { $0.key < $1.key }.map { key, value in
            var row = Entry.ValueData()
            row.key = key
            row.value = value
            return row
        }
        return entry
    }
    response.entries = rows.sorted { order($0) < order($1) }
    context.reply(response)
}

/// Entities in the order of their types and names, the default one before any name.
private func order(_ entry: DescribeClientQuotasResponse.EntryData) -> String {
    entry.entity.map { "\($0.entityType)\u{0}\($0.entityName.map { "\u{1}" + $0 } ?? "")" }.joined(separator: "\u{0}")
}

private func fault(in request: DescribeClientQuotasRequest) -> ControllerError? {
    var seen: Set<String> = []
    for component in request.components {
        let type = component.entityType
        if type.isEmpty { return ControllerError(.invalidRequest, "Invalid empty entity type.") }
        if !["user", "client-id", "ip"].contains(type) { return ControllerError(.unsupportedVersion, "Unsupported entity type \(type)") }
        if !seen.insert(type).inserted { return ControllerError(.invalidRequest, "Entity type \(type) cannot appear more than once in the filter.") }
        switch (component.matchType, component.match) {
        case (0, nil): return ControllerError(.invalidRequest, "Request specified MATCH_TYPE_EXACT, but set match string to null.")
        case (1, _?): return ControllerError(.invalidRequest, "Request specified MATCH_TYPE_DEFAULT, but also specified a match string.")
        case (2, _?): return ControllerError(.invalidRequest, "Request specified MATCH_TYPE_SPECIFIED, but also specified a match string.")
        case (0...2, _): break
        default: return ControllerError(.invalidRequest, "Unknown match type \(component.matchType)")
        }
    }
    if seen.contains("ip") && seen.count > 1 {
        return ControllerError(
            .invalidRequest, "Invalid entity filter component combination. IP filter component should not be used with user or clientId filter component.")
    }
    return nil
}

/// Every component must fit; with `strict` the entity may have no other types.
private func matches(_ entity: QuotaEntity, _ request: DescribeClientQuotasRequest) -> Bool {
    if request.strict && entity.names.count != request.components.count { return false }
    return request.components.allSatisfy { component in
        guard let name = entity.names[component.entityType] else { return false }
        switch component.matchType {
        case 0: return name == component.match
        case 1: return name == nil
        default: return true
        }
    }
}
