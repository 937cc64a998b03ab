import Coordination
import KafkaProtocol

extension RequestContext {
    /// Answers that all that was asked has failed. Where the client expects no answer, the end of its connection tells it that something is wrong.
    func refuse<R: Request>(_ request: R, _ code: ErrorCode, message: String? = nil) {
        guard let response = request.failure(code, message: message, version: version) else {
            return close("\(api.key.name) without an answer failed: \(code)")
        }
        reply(response)
    }

    /// Answers what a group's coordinator could not do.
    func refuse<R: Request>(_ request: R, _ reply: GroupReply) { refuse(request, reply.failure.code, message: reply.failure.message) }
}

extension GroupReply {
    /// Why this does not answer what was asked. A reply to another request, which there should not be, is an error too.
    var failure: (code: ErrorCode, message: String?) {
        if case .failed(let code, let message) = self { (code, message) } else { (.unknownServerError, nil) }
    }
}

extension TransactionReply {
    /// Why this does not answer what was asked.
    var failure: ErrorCode { if case .failed(let error) = self { error } else { .unknownServerError } }
}
