/// The versions that the binary names.
public enum Version {
    /// Ottla's own.
    public static let ottla = "0.1.0"
    /// When its manual was last changed.
    public static let date = "2026-11-29"
    /// The Kafka release whose tools and protocol are the baseline.
    public static let kafka = "4.3.1"
    /// The beginning of its commit, which some of its tools name beside the version.
    public static let kafkaCommit = "26b251a451ce941d"
}
