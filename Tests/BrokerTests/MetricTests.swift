import Testing

@testable import Broker

/// Prometheus's text format.
@Suite struct MetricTests {
    @Test func namesLabelsAndNumbers() {
        var metric = Metric("a_total", .counter, "With a \\ and\na line")
        metric.add(3)
        metric.add(0.25, ["topic": "a\"b\\c\n", "partition": "0"])
        metric.add(1e300)
        let text = PrometheusText.render([metric, Metric("none", .gauge, "Nothing to tell")])
        #expect(
            text == """
                # HELP a_total With a \\\\ and\\na line
                # TYPE a_total counter
                a_total 3
                a_total{topic="a\\"b\\\\c\\n",partition="0"} 0.25
                a_total 1e+300

                """)
    }
}
