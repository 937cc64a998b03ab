import Coordination
import KafkaProtocol

// DeleteTopics, versions 1 to 6. 4: flexible. 5: error messages. 6: topics by id.

func handleDeleteTopics(_ broker: Broker, _ request: DeleteTopicsRequest, _ context: RequestContext) {
    do {
        let version = context.version
        context.reply(try broker.metadata.change { controller, image, _ in controller.deleteTopics(request, version: version, image: image) })
    } catch {
        context.refuse(request, error)
    }
}
