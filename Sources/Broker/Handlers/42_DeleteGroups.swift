import KafkaProtocol
import Security
import Synchronization

// DeleteGroups, versions 0 to 2 (2: flexible).

func handleDeleteGroups(_ broker: Broker, _ request: DeleteGroupsRequest, _ context: RequestContext) {
    var seen: Set<String> = []
    let ids = request.groupsNames.filter { seen.insert($0).inserted }
    let gathering = Gathering<DeleteGroupsResponse.DeletableGroupResult>(count: ids.count) { results in
        var response = DeleteGroupsResponse()
        response.results = results
        context.reply(response)
    }
    for (index, id) in ids.enumerated() {
        guard context.allows(.delete, .group(id)) else {
            var refused = DeleteGroupsResponse.DeletableGroupResult()
            refused.groupId = id
            refused.errorCode = .groupAuthorizationFailed
            gathering.put(refused, at: index)
            continue
        }
        broker.groups.submit(id, now: context.now) { shard, token in
            shard.deleteGroups([id], token: token)
        } then: { reply in
            if case .deleteGroups(let results) = reply, let first = results.first { return gathering.put(first, at: index) }
            var failed = DeleteGroupsResponse.DeletableGroupResult()
            failed.groupId = id
            failed.errorCode = reply.failure.code
            gathering.put(failed, at: index)
        }
    }
}

/// Collects the parts of an answer, which may come in any order and from any thread, and passes them on when all are there.
final class Gathering<Part: Sendable>: Sendable {
    private let parts: Mutex<(parts: [Part?], missing: Int)>
    private let complete: @Sendable ([Part]) -> Void

    init(count: Int, then complete: @escaping @Sendable ([Part]) -> Void) {
        parts = Mutex((Array(repeating: nil, count: count), count))
        self.complete = complete
        if count == 0 { complete([]) }
    }

    func put(_ part: Part, at index: Int) {
        let all: [Part]? = parts.withLock { state in
            if state.parts[index] == nil { state.missing -= 1 }
            state.parts[index] = part
            return state.missing == 0 ? state.parts.compactMap { $0 } : nil
        }
        if let all { complete(all) }
    }
}
