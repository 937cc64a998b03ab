import Coordination
import KafkaProtocol

// ElectLeaders, versions 0 to 2. 1: kinds of election (KIP-460). 2: flexible.

func handleElectLeaders(_ broker: Broker, _ request: ElectLeadersRequest, _ context: RequestContext) { context.forward(request, broker) }
