import Coordination
import KafkaProtocol

// UpdateFeatures, versions 0 to 2. 1: kinds of downgrade, dry run (KIP-778). 2: no rows, an error of one feature is that of all.

func handleUpdateFeatures(_ broker: Broker, _ request: UpdateFeaturesRequest, _ context: RequestContext) { context.forward(request, broker) }
