/// `--list`: the names, sorted, one a line. No name at all is one empty line, as Kafka prints it.
extension Topics {
    func list() throws {
        let names = try selected().map(\.name)
        context.output.line(names.joined(separator: "\n"))
    }
}
