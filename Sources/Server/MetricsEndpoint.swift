import Broker
import Host
import KafkaProtocol
import Vocabulary

/// Serves the broker's measures in Prometheus's text format at `/metrics`, on a thread of its own.
final class MetricsEndpoint: @unchecked Sendable {
    // Unchecked: the endpoint is confined to the loop's thread once that runs.
    private let loop: EventLoop
    private let endpoint: HTTPEndpoint
    private let thread: Thread
    let address: HostPort

    /// - Parameter startedMs: when the program began
    init(at asked: HostPort, _ broker: Broker, version: String, startedMs: Int64) throws {
        let loop = try EventLoop()
        self.loop = loop
        do throws(SystemError) {
            endpoint = try HTTPEndpoint(loop: loop, host: asked.host, port: asked.port) { path in
                guard path == "/metrics" else { return HTTPResponse(status: 404, "The measures are at /metrics.\n") }
                return HTTPResponse(contentType: PrometheusText.contentType, PrometheusText.render(Self.process(startedMs, version) + broker.metrics))
            }
            thread = try Thread.spawn(name: "ottla-metrics") { loop.run() }
        } catch {
            loop.close()
            throw ServerError("cannot listen on \(asked) for --metrics: \(error.reason)")
        }
        address = HostPort(host: asked.host, port: endpoint.address.port)
    }

    private static func process(_ startedMs: Int64, _ version: String) -> [Metric] {
        let usage = ProcessUsage.now
        var build = Metric("ottla_build_info", .gauge, "1, with the version as a label")
        build.add(1, ["version": version])
        var metrics = [
            build, Metric("process_start_time_seconds", .gauge, "When the process began, in seconds since 1970", Double(startedMs) / 1000),
            Metric("process_cpu_seconds_total", .counter, "Processor time in seconds", usage.cpuSeconds),
        ]
        if let bytes = usage.residentBytes { metrics.append(Metric("process_resident_memory_bytes", .gauge, "Resident memory in bytes", Double(bytes))) }
        if let count = usage.openDescriptors { metrics.append(Metric("process_open_fds", .gauge, "Open file descriptors", Double(count))) }
        return metrics
    }

    func close() {
        loop.post { [self] in
            endpoint.close()
            loop.stop()
        }
        thread.join()
        loop.close()
    }
}
