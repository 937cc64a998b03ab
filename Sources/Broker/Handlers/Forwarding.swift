import Coordination
import KafkaProtocol

extension RequestContext {
    /// Hands a request to the active controller, and answers what that decided.
    /// - Parameter complete: adds what this broker says itself, such as rows of what the client may not do
    func forward<R: ControllerRequest>(_ request: R, _ broker: Broker, complete: @escaping @Sendable (inout R.Response) -> Void = { _ in }) {
        broker.metadata.submit(request, version: version, principal: principal) { self.answer(request, $0, complete: complete) }
    }

    /// Answers what the controller decided, or that it could not.
    func answer<R: Request>(_ request: R, _ result: Result<R.Response, ErrorCode>, complete: (inout R.Response) -> Void = { _ in }) {
        switch result {
        case .success(var response):
            complete(&response)
            reply(response)
        case .failure(let error): refuse(request, error)
        }
    }
}
