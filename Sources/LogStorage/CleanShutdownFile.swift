import KafkaProtocol

/// `.kafka_cleanshutdown`: left in a data directory by a stop in order, and gone before the next start changes anything. One line of JSON with the epoch under
/// which the broker was registered (KIP-966): a controller that finds it in the next registration knows that nothing of the broker's logs was lost.
public enum CleanShutdownFile {
    public static let name = ".kafka_cleanshutdown"

    /// - Parameter brokerEpoch: -1 for a broker that was never registered
    static func content(brokerEpoch: Int64) -> Bytes { Bytes("{\"version\":0,\"brokerEpoch\":\(brokerEpoch)}") }

    /// The epoch in a file's content. Nil where there is none to be read, as in the empty file of older brokers: the stop was clean all the same, but
    /// cannot be proven to the controller.
    static func brokerEpoch(in content: Bytes) -> Int64? {
        let text = content.text[...].utf8
        guard let start = text.first(where: { !isBlank($0) }), start == UInt8(ascii: "{"), let end = text.last(where: { !isBlank($0) }),
            end == UInt8(ascii: "}")
        else { return nil }
        return JSONNumbers.find("brokerEpoch", in: text).first
    }

    private static func isBlank(_ letter: UInt8) -> Bool { letter == UInt8(ascii: " ") || (9...13).contains(letter) }

    /// The epoch that the last stop left in a directory; nil without a file, or without an epoch in it.
    static func read(_ disk: any Disk, _ directory: String) throws(DiskError) -> Int64? {
        do throws(DiskError) {
            return brokerEpoch(in: try disk.readFile(directory + "/" + name))
        } catch  where error.isMissing {
            return nil
        } catch {
            throw error
        }
    }
}
