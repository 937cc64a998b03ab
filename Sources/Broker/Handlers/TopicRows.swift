/// An answer's rows of topics as Kafka gives them: a topic that a request names twice has one row, where it was named first, with the partitions of both.
func oneRowEach<Row, Key: Hashable, Part>(_ rows: [Row], by key: (Row) -> Key, _ parts: WritableKeyPath<Row, [Part]>) -> [Row] {
    var joined: [Row] = []
    joined.reserveCapacity(rows.count)
    var places: [Key: Int] = [:]
    for row in rows {
        let place = places[key(row)] ?? joined.count
        if place < joined.count {
            joined[place][keyPath: parts] += row[keyPath: parts]
        } else {
            places[key(row)] = place
            joined.append(row)
        }
    }
    return joined
}
