import Coordination
import KafkaProtocol

extension RequestContext {
    /// Hands a request to the active controller, and answers what that decided.
    func forward<R: ControllerRequest>(_ request: R, _ broker: Broker) {
        broker.metadata.submit(request, version: version, principal: principal) { self.answer(request, $0) }
    }

    /// Answers what the controller decided, or that it could not.
    func answer<R: Request>(_ request: R, _ result: Result<R.Response, ErrorCode>) {
        switch result {
        case .success(let response): reply(response)
        case .failure(let error): refuse(request, error)
        }
    }
}
