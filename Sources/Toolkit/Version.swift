/// The versions that the binary names.
public enum Version {
    /// Ottla's own.
    public static let ottla = "0.1.0"
    /// The Kafka release whose tools and protocol are the baseline.
    public static let kafka = "4.3.1"
}
